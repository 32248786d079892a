// A conversation with node-postgres, its cursors and COPY, postgres.js, knex, Sequelize and others:
// what each step gave, as a line of JSON.
"use strict";

const port = Number(process.argv[2]);
const [user, database] = [process.argv[3], process.argv[4]];
const settings = { host: "127.0.0.1", port, user, database };

const { Client, Pool } = require("pg");
const Cursor = require("pg-cursor");
const QueryStream = require("pg-query-stream");
const copies = require("pg-copy-streams");
const { pipeline } = require("node:stream/promises");
const { Readable } = require("node:stream");

const MANY = "SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 50000))";

async function state(work) {
  try {
    await work();
    return "none";
  } catch (error) {
    return error.code;
  }
}

const steps = {
  async types(client) {
    const values = [
      -7, 0.1, "1.10", "zoë 'q' \\1", true, Buffer.from([0, 255]), "9999-12-31", "23:59:59.123456",
      new Date(Date.UTC(2024, 1, 29, 12, 0, 0, 5)), JSON.stringify({ a: [1, null] }),
      "00112233-4455-6677-8899-aabbccddeeff", null,
    ];
    const casts = [
      "int", "float", "number(9,2)", "varchar", "boolean", "binary", "varchar", "time",
      "timestamptz", "json", "uuid", "date",
    ];
    const items = casts.map((type, n) => `$${n + 1}::${type} AS c${n}`).join(", ");
    const row = (await client.query(`SELECT ${items}`, values)).rows[0];
    row.c5 = row.c5.toString("hex");
    return Object.values(row);
  },
  async named(client) {
    const found = [];
    for (let n = 0; n < 8; n++) {
      const query = { name: "plus", text: "SELECT id + $1 AS n FROM shop.customer ORDER BY id", values: [n] };
      found.push((await client.query(query)).rows.map((row) => Number(row.n)).join(" "));
    }
    return found;
  },
  async lists(client) {
    const any = "SELECT id FROM shop.customer WHERE id = ANY($1) ORDER BY id";
    const names = "SELECT id FROM shop.customer WHERE name = ANY($1::text[])";
    return [
      (await client.query(any, [[2, 1]])).rows.map((row) => row.id),
      (await client.query(names, [["Zoë", 'a,"b']])).rows.map((row) => row.id),
    ];
  },
  async errors(client) {
    const codes = [await state(() => client.query("SELECT nothing"))];
    await client.query("BEGIN");
    codes.push(await state(() => client.query("SELECT $1::date", ["soon"])));
    codes.push(await state(() => client.query("SELECT 1")));
    await client.query("ROLLBACK");
    return [...codes, (await client.query("SELECT 1 AS a; SELECT 2 AS b")).length];
  },
  async cursor(client) {
    const cursor = client.query(new Cursor(MANY));
    const counts = [(await cursor.read(10)).length, (await cursor.read(7)).length];
    await cursor.close();
    let sum = 0;
    for await (const row of client.query(new QueryStream(MANY, [], { batchSize: 5000 }))) sum += Number(row.n);
    return [...counts, sum];
  },
  async copy(client) {
    await client.query("CREATE TABLE scripts.copied (a INT, b VARCHAR)");
    await pipeline(Readable.from(["1\tx\\ty\n2\t", "\\N\n"]), client.query(copies.from("COPY scripts.copied FROM STDIN")));
    let text = "";
    for await (const part of client.query(copies.to("COPY scripts.copied TO STDOUT (FORMAT csv)"))) text += part;
    return text;
  },
  async pool() {
    const pool = new Pool({ ...settings, max: 4, statement_timeout: 10000 });
    const all = await Promise.all([...Array(12).keys()].map((n) => pool.query("SELECT $1::int * 2 AS n", [n])));
    await pool.end();
    return all.reduce((sum, found) => sum + Number(found.rows[0].n), 0);
  },
  async postgres() {
    const sql = require("postgres")({ ...settings, username: user, onnotice: () => {} });
    await sql`CREATE TABLE scripts.made (id SERIAL PRIMARY KEY, name VARCHAR(20), n INT)`;
    const made = await sql`INSERT INTO scripts.made ${sql([{ name: "a", n: 1 }, { name: "b", n: 2 }])} RETURNING id, name`;
    await sql.begin(async (inner) => inner`UPDATE scripts.made SET ${inner({ name: "c" })} WHERE id = ${made[0].id}`);
    const undone = await state(() => sql.begin(async (inner) => {
      await inner`DELETE FROM scripts.made`;
      throw Object.assign(new Error("no"), { code: "undone" });
    }));
    const rows = await sql`SELECT name FROM scripts.made WHERE id = ANY(${[1, 2]}) ORDER BY id`;
    let read = 0;
    for await (const part of sql.unsafe(MANY).cursor(20000)) read += part.length;
    const [json] = await sql`SELECT ${sql.json({ a: 1 })} AS j`;
    await sql.end();
    return [[...made].map((row) => row.name), undone, [...rows].map((row) => row.name), read, json.j];
  },
  async knex() {
    const knex = require("knex")({ client: "pg", connection: settings, searchPath: ["scripts"] });
    await knex.schema.createTable("kept", (table) => {
      table.increments("id");
      table.string("name", 30).notNullable();
      table.decimal("amount", 10, 2);
      table.timestamps(true, true);
      table.unique(["name"]);
    });
    const ids = await knex("kept").insert([{ name: "a", amount: 1.5 }, { name: "b" }]).returning("name");
    await knex("kept").insert({ name: "a", amount: 3 }).onConflict("name").merge();
    const rows = await knex("kept").where("amount", ">", 1).select("name", "amount");
    const known = [await knex.schema.hasTable("kept"), Object.keys(await knex("kept").columnInfo())];
    await knex.destroy();
    return [ids.length, rows, known];
  },
  async sequelize() {
    const { Sequelize, DataTypes } = require("sequelize");
    const db = new Sequelize({ ...settings, username: user, dialect: "postgres", logging: false });
    const Thing = db.define("thing", { name: DataTypes.STRING, amount: DataTypes.DECIMAL(10, 2), at: DataTypes.DATE },
      { schema: "scripts", timestamps: false });
    await Thing.sync({ force: true });
    const one = await Thing.create({ name: "it's", amount: 1.5, at: new Date(0) });
    await Thing.bulkCreate([{ name: "a" }, { name: "b" }]);
    await db.transaction((transaction) => Thing.update({ amount: 2 }, { where: { name: "a" }, transaction }));
    const { count, rows } = await Thing.findAndCountAll({ where: { name: ["a", "it's"] }, order: ["id"] });
    await one.destroy();
    const left = await Thing.count();
    const known = Object.keys(await db.getQueryInterface().describeTable({ tableName: "things", schema: "scripts" }));
    await db.close();
    return [count, rows.map((row) => [row.name, row.amount]), left, known];
  },
  async drizzle() {
    const { drizzle } = require("drizzle-orm/node-postgres");
    const { pgSchema, serial, text } = require("drizzle-orm/pg-core");
    const { eq, inArray } = require("drizzle-orm");
    const pool = new Pool(settings);
    const db = drizzle(pool);
    await pool.query("CREATE TABLE scripts.drops (id SERIAL PRIMARY KEY, name TEXT)");
    const drops = pgSchema("scripts").table("drops", { id: serial("id").primaryKey(), name: text("name") });
    const made = await db.insert(drops).values([{ name: "a" }, { name: "b" }]).returning();
    await db.transaction((inner) => inner.delete(drops).where(eq(drops.name, "b")));
    const rows = await db.select().from(drops).where(inArray(drops.name, ["a", "b"]));
    await pool.end();
    return [made.map((row) => row.name), rows.map((row) => row.name)];
  },
};

(async () => {
  const client = new Client(settings);
  await client.connect();
  await client.query("CREATE SCHEMA scripts");
  for (const [name, step] of Object.entries(steps)) {
    console.log(JSON.stringify([name, await step(client)]));
  }
  await client.end();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
