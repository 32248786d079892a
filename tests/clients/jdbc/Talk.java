import java.math.BigDecimal;
import java.sql.*;
import java.time.*;
import java.util.*;

/** A conversation with pgjdbc: what each step gave, as a line of its name and its values. */
public class Talk {
    interface Step {
        Object run(Connection c) throws Exception;
    }

    static final Map<String, Step> STEPS = new LinkedHashMap<>();

    static String rows(ResultSet set, String... columns) throws SQLException {
        StringJoiner lines = new StringJoiner("; ");
        while (set.next()) {
            StringJoiner cells = new StringJoiner(", ");
            if (columns.length == 0) {
                for (int n = 1; n <= set.getMetaData().getColumnCount(); n++) cells.add(set.getString(n));
            }
            for (String each : columns) cells.add(set.getString(each));
            lines.add(cells.toString());
        }
        return lines.toString();
    }

    static String query(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            return rows(s.executeQuery(sql));
        }
    }

    static String state(Connection c, String sql) {
        try {
            query(c, sql);
            return "none";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    static {
        // Past the fifth execution the driver names the statement and takes binary results.
        STEPS.put("types", c -> {
            Set<String> seen = new LinkedHashSet<>();
            PreparedStatement s = c.prepareStatement(
                "SELECT ?, ?, ?, ?, ?::date, ?::timestamp, ?::timestamptz, ?::uuid, ?::time, ?");
            for (int n = 0; n < 7; n++) {
                s.setInt(1, -7);
                s.setDouble(2, 0.1);
                s.setBigDecimal(3, new BigDecimal("12345678901234567890.12345"));
                s.setString(4, "zo\u00eb 'q' \\n");
                s.setObject(5, LocalDate.of(9999, 12, 31));
                s.setObject(6, LocalDateTime.of(1, 1, 1, 0, 0, 0, 1000));
                s.setObject(7, OffsetDateTime.parse("2024-02-29T12:00:00.5+02:00"));
                s.setObject(8, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
                s.setObject(9, LocalTime.of(23, 59, 59, 123456000));
                s.setBytes(10, new byte[] {0, (byte) 255});
                ResultSet r = s.executeQuery();
                r.next();
                seen.add(r.getInt(1) + " " + r.getDouble(2) + " " + r.getBigDecimal(3) + " " + r.getString(4)
                    + " " + r.getObject(5, LocalDate.class) + " " + r.getObject(6, LocalDateTime.class)
                    + " " + r.getObject(7, OffsetDateTime.class).toInstant() + " " + r.getObject(8)
                    + " " + r.getObject(9, LocalTime.class) + " " + Arrays.toString(r.getBytes(10)));
            }
            return String.join(" | ", seen);
        });
        STEPS.put("dates", c -> {
            PreparedStatement s = c.prepareStatement("SELECT id FROM shop.customer WHERE since = ?");
            s.setDate(1, java.sql.Date.valueOf("2024-02-29"));
            return rows(s.executeQuery());
        });
        STEPS.put("array", c -> {
            PreparedStatement s =
                c.prepareStatement("SELECT id FROM shop.customer WHERE id = ANY(?) ORDER BY id");
            s.setArray(1, c.createArrayOf("int8", new Object[] {1L, 2L, null}));
            return rows(s.executeQuery());
        });
        STEPS.put("batch", c -> {
            c.setAutoCommit(false);
            PreparedStatement s =
                c.prepareStatement("INSERT INTO shop.customer (id, name) VALUES (?, ?)");
            for (int n = 0; n < 200; n++) {
                s.setInt(1, 1000 + n);
                s.setString(2, "n" + n);
                s.addBatch();
            }
            int done = Arrays.stream(s.executeBatch()).sum();
            String count = query(c, "SELECT COUNT(*) FROM shop.customer");
            c.rollback();
            c.setAutoCommit(true);
            return done + " " + count + " " + query(c, "SELECT COUNT(*) FROM shop.customer");
        });
        STEPS.put("failed transaction", c -> {
            c.setAutoCommit(false);
            String states = state(c, "SELECT nothing") + " " + state(c, "SELECT 1");
            c.rollback();
            c.setAutoCommit(true);
            return states;
        });
        STEPS.put("fetch size", c -> {
            c.setAutoCommit(false);
            Statement s = c.createStatement();
            s.setFetchSize(10);
            ResultSet r = s.executeQuery("SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 95))");
            int count = 0;
            while (r.next()) count++;
            c.commit();
            c.setAutoCommit(true);
            return count;
        });
        STEPS.put("generated keys", c -> {
            c.createStatement().execute("CREATE TABLE shop.made (id SERIAL PRIMARY KEY, name VARCHAR(9))");
            PreparedStatement s = c.prepareStatement(
                "INSERT INTO shop.made (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS);
            s.setString(1, "a");
            s.executeUpdate();
            return rows(s.getGeneratedKeys());
        });
        STEPS.put("updatable", c -> {
            Statement s =
                c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
            ResultSet r = s.executeQuery("SELECT id, name FROM shop.made");
            r.next();
            r.updateString("name", "b");
            r.updateRow();
            r.moveToInsertRow();
            r.updateInt("id", 9);
            r.updateString("name", "c");
            r.insertRow();
            String found = query(c, "SELECT id, name FROM shop.made ORDER BY id");
            c.createStatement().execute("DROP TABLE shop.made");
            return found;
        });
        STEPS.put("columns of an answer", c -> {
            ResultSetMetaData m = c.createStatement()
                .executeQuery("SELECT id, name, balance, since, 1 + 1 FROM shop.customer").getMetaData();
            StringJoiner all = new StringJoiner("; ");
            for (int n = 1; n <= m.getColumnCount(); n++) {
                all.add(m.getTableName(n) + " " + m.getColumnTypeName(n) + " " + m.getPrecision(n) + " "
                    + m.getScale(n) + " " + m.isNullable(n));
            }
            return all;
        });
        STEPS.put("tables", c -> rows(c.getMetaData().getTables(null, "shop", "%", new String[] {"TABLE", "VIEW"}),
            "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
        STEPS.put("columns", c -> rows(c.getMetaData().getColumns(null, "shop", "customer", "%"),
            "COLUMN_NAME", "TYPE_NAME", "COLUMN_SIZE", "NULLABLE", "COLUMN_DEF"));
        STEPS.put("primary keys", c -> rows(c.getMetaData().getPrimaryKeys(null, "shop", "customer"),
            "COLUMN_NAME", "KEY_SEQ", "PK_NAME"));
        STEPS.put("imported keys", c -> rows(c.getMetaData().getImportedKeys(null, "shop", "purchase"),
            "PKTABLE_NAME", "PKCOLUMN_NAME", "FKCOLUMN_NAME", "FK_NAME"));
        STEPS.put("indexes", c -> rows(c.getMetaData().getIndexInfo(null, "shop", "customer", false, true),
            "INDEX_NAME", "NON_UNIQUE", "COLUMN_NAME"));
        STEPS.put("functions", c -> rows(c.getMetaData().getFunctionColumns(null, "shop", "%", "%"),
            "FUNCTION_NAME", "COLUMN_NAME", "TYPE_NAME"));
        STEPS.put("schemas", c -> rows(c.getMetaData().getSchemas(null, "sho%"), "TABLE_SCHEM"));
    }

    public static void main(String[] arguments) throws Exception {
        try (Connection c = DriverManager.getConnection(arguments[0], arguments[1], "")) {
            for (Map.Entry<String, Step> each : STEPS.entrySet()) {
                System.out.println(each.getKey() + "\t" + each.getValue().run(c));
            }
        }
    }
}
