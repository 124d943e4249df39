// Stands for node:http in bundles. An ES import of it evaluates all its exports, among them WebSocket, which loads the whole
// of undici: two thirds of a cold start. As a CommonJS module only what is used is touched.
module.exports = process.getBuiltinModule('node:http');
