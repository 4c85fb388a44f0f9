"""An FTP server on loopback, and three energy sites whose files grow as time passes."""

from hub_ftp.simulator.server import Faults, FtpServer, serving

__all__ = ["Faults", "FtpServer", "serving"]
