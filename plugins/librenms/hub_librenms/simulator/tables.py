"""The rows of a small LibreNMS as its database has them, with the columns that its API tells."""

from typing import Any

Row = dict[str, Any]

SITES = ("Berlin, Pankow", "Berlin, Mitte", "Potsdam", "Cottbus")
_MODELS = (
    ("ios", "network", "Catalyst 9300", "17.9.4"),
    ("junos", "network", "EX4300-48T", "21.4R3"),
    ("routeros", "network", "CCR2004", "7.15"),
    ("linux", "server", "ProLiant DL360", "6.1.0"),
)
_KINDS = ("access", "edge", "core", "host")


def device_row(device_id: int) -> Row:
    """Return a row of `devices`, joined with its location."""
    os, kind, hardware, version = _MODELS[device_id % len(_MODELS)]
    name = f"{_KINDS[device_id % len(_KINDS)]}-{device_id:03d}"
    row: Row = {
        "device_id": device_id,
        "hostname": f"{name}.example.net",
        "sysName": name,
        "display": None,
        "ip": f"10.{device_id // 62_500 % 250}.{device_id // 250 % 250}.{device_id % 250 + 1}",
        "overwrite_ip": None,
        "community": "public",
        "authlevel": None,
        "authname": None,
        "authpass": None,
        "authalgo": None,
        "cryptopass": None,
        "cryptoalgo": None,
        "snmpver": "v2c",
        "port": 161,
        "transport": "udp",
        "timeout": None,
        "retries": None,
        "snmp_disable": 0,
        "bgpLocalAs": 65_000 if kind == "network" else None,
        "sysObjectID": f".1.3.6.1.4.1.9.1.{2000 + device_id % 7}",
        "sysDescr": f"{hardware} running {os} {version}, compiled for a simulated network of LibreNMS",
        "sysContact": "noc@example.net",
        "version": version,
        "hardware": hardware,
        "features": None,
        "location_id": device_id % len(SITES) + 1,
        "os": os,
        "status": 1,
        "status_reason": "",
        "ignore": 0,
        "disabled": 0,
        "disable_notify": 0,
        "uptime": 86_400 + device_id * 77,
        "agent_uptime": 0,
        "last_polled": None,
        "last_poll_attempted": None,
        "last_polled_timetaken": 4.2,
        "last_discovered_timetaken": 17.9,
        "last_discovered": None,
        "last_ping": None,
        "last_ping_timetaken": 0.61,
        "purpose": None,
        "type": kind,
        "serial": f"FDO{device_id:08d}",
        "icon": f"images/os/{os}.svg",
        "poller_group": 0,
        "override_sysLocation": 0,
        "notes": None,
        "port_association_mode": 1,
        "max_depth": 0,
        "inserted": "2024-01-01 00:00:00",
        "mtu_status": 1,
        "dependency_parent_id": None,
        "dependency_parent_hostname": None,
        "location": SITES[device_id % len(SITES)],
        "lat": 52.5,
        "lng": 13.4,
    }
    return row


def port_rows(device_id: int, first_id: int, count: int) -> list[Row]:
    """Return rows of `ports`."""
    return [
        {
            "port_id": first_id + number,
            "device_id": device_id,
            "ifIndex": number + 1,
            "ifName": f"Gi1/0/{number + 1}",
            "ifAlias": "uplink" if number == 0 else f"desk {number}",
            "ifDescr": f"GigabitEthernet1/0/{number + 1}",
            "ifOperStatus": "up",
            "ifAdminStatus": "up",
            "ifSpeed": 1_000_000_000,
            "ifInOctets_rate": 125_000 * (number + 1),
            "ifOutOctets_rate": 62_500 * (number + 1),
            "ifInErrors_rate": 0,
            "ifOutErrors_rate": 0,
            "disabled": 0,
            "ignore": 0,
            "deleted": 0,
        }
        for number in range(count)
    ]


def sensor_rows(device_id: int, first_id: int) -> list[Row]:
    """Return rows of `sensors`."""
    values = (("temperature", "Inlet", 24.5, 45.0), ("temperature", "Outlet", 31.0, 60.0), ("fanspeed", "Fan 1", 5400, 12_000))
    return [
        {
            "sensor_id": first_id + number,
            "sensor_deleted": 0,
            "sensor_class": kind,
            "device_id": device_id,
            "poller_type": "snmp",
            "sensor_oid": f".1.3.6.1.4.1.9.9.13.1.3.1.{number}",
            "sensor_index": str(number),
            "sensor_type": "cisco",
            "sensor_descr": name,
            "group": None,
            "sensor_divisor": 1,
            "sensor_multiplier": 1,
            "sensor_current": value,
            "sensor_limit": limit,
            "sensor_limit_warn": None,
            "sensor_limit_low": None,
            "sensor_limit_low_warn": None,
            "sensor_alert": 1,
            "sensor_custom": "No",
            "entPhysicalIndex": None,
            "entPhysicalIndex_measured": None,
            "lastupdate": "2026-01-01 00:00:00",
            "sensor_prev": value,
            "user_func": None,
            "rrd_type": "GAUGE",
        }
        for number, (kind, name, value, limit) in enumerate(values)
    ]


def bgp_row(device_id: int, peer_id: int) -> Row:
    """Return a row of `bgpPeers`."""
    return {
        "bgpPeer_id": peer_id,
        "device_id": device_id,
        "vrf_id": None,
        "astext": "Example Transit",
        "bgpPeerIdentifier": f"192.0.2.{peer_id % 250 + 1}",
        "bgpPeerRemoteAs": 64_500 + peer_id % 100,
        "bgpPeerState": "established",
        "bgpPeerAdminStatus": "start",
        "bgpPeerLastErrorCode": None,
        "bgpLocalAddr": "192.0.2.254",
        "bgpPeerRemoteAddr": "192.0.2.1",
        "bgpPeerDescr": "",
        "bgpPeerInUpdates": 4711,
        "bgpPeerOutUpdates": 12,
        "bgpPeerFsmEstablishedTime": 360_000,
    }


RULES: tuple[Row, ...] = (
    {"id": 1, "name": "Device down", "severity": "critical", "disabled": 0},
    {"id": 2, "name": "Sensor over limit", "severity": "warning", "disabled": 0},
    {"id": 3, "name": "Port down", "severity": "warning", "disabled": 0},
)
DEVICE_DOWN, SENSOR_OVER_LIMIT, PORT_DOWN = 1, 2, 3
