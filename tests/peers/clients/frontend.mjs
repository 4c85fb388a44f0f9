// What Home Assistant's own frontend does with its library, as one JSON object: node frontend.mjs LIBRARY_FOLDER URL
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const ha = await import(pathToFileURL(process.argv[2] + "/node_modules/home-assistant-js-websocket/dist/index.js"));
globalThis.WebSocket = require("ws");
const url = process.argv[3];
const until = async (holds) => { while (!holds()) await new Promise((done) => setTimeout(done, 5)); };

const connection = await ha.createConnection({ auth: ha.createLongLivedTokenAuth(url, "admin-token") });
const said = { version: connection.haVersion };
said.user = (await ha.getUser(connection)).name;
said.states = (await ha.getStates(connection)).map((state) => state.entity_id);
said.services = Object.keys(await ha.getServices(connection));
said.location = (await ha.getConfig(connection)).location_name;

let entities = {};
ha.subscribeEntities(connection, (all) => { entities = all; });
await until(() => entities["light.lamp"]);
said.before = entities["light.lamp"].state;
const events = [];
const leave = await connection.subscribeEvents((event) => events.push(event), "state_changed");
await ha.callService(connection, "light", "turn_on", {}, { entity_id: "light.lamp" });
await until(() => entities["light.lamp"].state !== said.before && events.length);
said.after = entities["light.lamp"].state;
said.event = events[0].data.new_state.state;
said.response = (await ha.callService(connection, "t", "ask", {}, {}, true)).response;
said.unknown = await connection.sendMessagePromise({ type: "no/such" }).catch((error) => error.code);
await leave();
await connection.ping();
connection.close();
said.refused = await ha.createConnection({ auth: ha.createLongLivedTokenAuth(url, "wrong") }).catch((error) => error === ha.ERR_INVALID_AUTH);
console.log(JSON.stringify(said));
process.exit(0);
