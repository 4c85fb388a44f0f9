"""What people do on Discord, as events."""

from pydantic import Field

from hub.api import PluginEvent


class Message(PluginEvent):
    """Somebody wrote where the bot can read. Needs `message_content: true`."""

    text: str = Field(description="What was written.")
    person: str = Field(description="The author's user name.")
    person_id: int = Field(description="The author's Discord id.")
    channel: str = Field(description="Name of the channel; empty in a direct message.")
    channel_id: int = Field(description="Id of the channel.")
    message_id: int = Field(description="Id of the message.")
    direct: bool = Field(description="Whether it was a direct message to the bot.")


class Command(PluginEvent):
    """Somebody who may do so used a slash command."""

    command: str = Field(description="`status`, `state`, `ack` or `run`.")
    subject: str = Field(description="The entity, alert or automation it was about; empty for `status`.")
    person: str = Field(description="The person's user name.")
    person_id: int = Field(description="The person's Discord id.")
    channel_id: int = Field(description="Id of the channel; 0 when Discord does not say.")


class Button(PluginEvent):
    """Somebody who may do so pressed a button under an alert."""

    action: str = Field(description="`acknowledge` or `snooze`.")
    alert: str = Field(description="Key of the alert.")
    person: str = Field(description="The person's user name.")
    person_id: int = Field(description="The person's Discord id.")
    channel_id: int = Field(description="Id of the channel; 0 when Discord does not say.")
    message_id: int = Field(description="Id of the message under which the button was.")
