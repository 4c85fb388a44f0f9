"""The hub on the network: Home Assistant's REST and WebSocket API, so that its clients work unchanged."""
