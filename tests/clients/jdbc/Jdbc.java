import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What users of JDBC do: prepared statements that become server-side plans, fetch sizes, cursors. Run: java Jdbc.java URL */
public class Jdbc {
    static final String MONTHS = "revenue per month in 2025";
    static final String QUERY = "SELECT * FROM nl_query(?) AS t(month date, revenue numeric)";
    static final String VIEWS =
        "SELECT * FROM nl_query('every page view') AS t(viewed_at timestamptz, product_id int, customer_id int, seconds int)";
    static int failures = 0;
    static String url;

    interface Check {
        void run(Connection connection) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        url = arguments[0];
        try (Connection connection = DriverManager.getConnection(url)) {
            System.out.println("driver " + connection.getMetaData().getDriverVersion());
        }
        check("types and names come from the column list", "", Jdbc::types);
        check("a prepared statement becomes a server-side plan at the fifth run", "", Jdbc::serverSidePlan);
        check("and at the first, in binary, with prepareThreshold=1", "&prepareThreshold=1&binaryTransfer=true", Jdbc::serverSidePlan);
        check("and with prepareThreshold=-1, binary at once", "&prepareThreshold=-1", Jdbc::serverSidePlan);
        check("and in the simple protocol", "&preferQueryMode=simple", Jdbc::answers);
        check("a fetch size with autocommit off reads nl_query in portions", "", Jdbc::fetchSize);
        check("nl_open's refcursor is a ResultSet", "", c -> refcursor(c, 0));
        check("and is read in portions with a fetch size", "", c -> refcursor(c, 700));
        check("nl_open as a callable statement", "", Jdbc::callable);
        check("nl_ask as text, ready for a json library", "", Jdbc::ask);
        check("Statement.cancel while the model thinks", "", Jdbc::cancel);
        check("setQueryTimeout", "", Jdbc::timeout);
        check("fetch after commit", "", Jdbc::fetchAfterCommit);
        check("an error has its SQLSTATE and both shapes", "", Jdbc::refusal);
        System.exit(failures > 0 ? 1 : 0);
    }

    static void check(String what, String options, Check check) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url + options)) {
            check.run(connection);
            System.out.println("ok - " + what);
        } catch (Throwable problem) {
            failures++;
            System.out.println("NOT OK - " + what);
            problem.printStackTrace(System.out);
        }
    }

    static void same(Object wanted, Object given) {
        if (!Objects.equals(wanted, given)) throw new AssertionError("wanted " + wanted + ", given " + given);
    }

    static List<List<Object>> rows(ResultSet result) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        while (result.next()) {
            List<Object> row = new ArrayList<>();
            for (int at = 1; at <= result.getMetaData().getColumnCount(); at++) row.add(result.getObject(at));
            rows.add(row);
        }
        return rows;
    }

    static List<List<Object>> direct(Connection connection, String question) throws SQLException {
        String sql;
        try (PreparedStatement statement = connection.prepareStatement("SELECT nl_sql(?)")) {
            statement.setString(1, question);
            ResultSet result = statement.executeQuery();
            result.next();
            sql = result.getString(1);
        }
        try (Statement statement = connection.createStatement()) {
            return rows(statement.executeQuery(sql));
        }
    }

    static void types(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, MONTHS);
            ResultSet result = statement.executeQuery();
            ResultSetMetaData shape = result.getMetaData();
            same("month date revenue numeric", shape.getColumnName(1) + " " + shape.getColumnTypeName(1) + " "
                + shape.getColumnName(2) + " " + shape.getColumnTypeName(2));
            same(true, result.next());
            same(Date.class, result.getObject("month").getClass());
            same(LocalDate.of(2025, 1, 1), result.getObject("month", LocalDate.class));
            same(BigDecimal.class, result.getObject("revenue").getClass());
        }
    }

    static void answers(Connection connection) throws SQLException {
        List<List<Object>> expected = direct(connection, MONTHS);
        same(12, expected.size());
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            for (int run = 0; run < 12; run++) {
                statement.setString(1, MONTHS);
                same(expected, rows(statement.executeQuery()));
            }
        }
    }

    static void serverSidePlan(Connection connection) throws SQLException {
        answers(connection);
        try (PreparedStatement statement = connection.prepareStatement(QUERY);
                PreparedStatement plans = connection.prepareStatement("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE ?")) {
            for (int run = 0; run < 9; run++) {
                statement.setString(1, MONTHS);
                statement.executeQuery().close();
            }
            plans.setString(1, "%nl_query%");
            ResultSet count = plans.executeQuery();
            count.next();
            same(true, count.getInt(1) > 0);
        }
    }

    static void fetchSize(Connection connection) throws SQLException {
        List<List<Object>> expected = direct(connection, "every page view").subList(0, 10000);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(333);
            ResultSet result = statement.executeQuery(VIEWS);
            try (Statement other = connection.createStatement()) {
                ResultSet portals = other.executeQuery("SELECT count(*) FROM pg_cursors WHERE statement LIKE 'SELECT * FROM nl_query%'");
                portals.next();
                same(1, portals.getInt(1));
            }
            same(expected, rows(result));
        }
        connection.commit();
    }

    static void refcursor(Connection connection, int fetchSize) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("SELECT nl_open(?)")) {
            statement.setString(1, "every page view");
            statement.setFetchSize(fetchSize);
            ResultSet result = statement.executeQuery();
            result.next();
            List<List<Object>> given = rows((ResultSet) result.getObject(1));
            connection.commit();
            same(20000, given.size());
            same(direct(connection, "every page view"), given);
        }
    }

    static void callable(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var call = connection.prepareCall("{? = call nl_open(?)}")) {
            call.registerOutParameter(1, java.sql.Types.REF_CURSOR);
            call.setString(2, MONTHS);
            call.execute();
            List<List<Object>> given = rows(call.getObject(1, ResultSet.class));
            same(direct(connection, MONTHS), given);
        }
    }

    static void ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            ResultSet result = statement.executeQuery("SELECT nl_ask('how many orders are there')");
            result.next();
            same("{\"orders\":20000}", result.getString(1));
        }
    }

    static void cancel(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement()) {
            Thread canceller = new Thread(() -> {
                try {
                    Thread.sleep(2000);
                    statement.cancel();
                } catch (Exception problem) {
                    problem.printStackTrace(System.out);
                }
            });
            canceller.start();
            same("57014", state(() -> statement.executeQuery("SELECT nl_ask('something the model ponders')")));
            canceller.join();
            same(true, statement.execute("SELECT 1"));
        }
    }

    static void timeout(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            same("57014", state(() -> statement.executeQuery("SELECT nl_ask('counting for ever')")));
        }
    }

    static void fetchAfterCommit(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT nl_open('" + MONTHS + "', 'c')");
            connection.commit();
            same("34000", state(() -> statement.executeQuery("FETCH 1 FROM c")));
        }
    }

    static void refusal(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT * FROM nl_query('" + MONTHS + "') AS t(a integer)");
            throw new AssertionError("not refused");
        } catch (SQLException refusal) {
            same("42804", refusal.getSQLState());
            same(true, refusal.getMessage().contains("a integer") && refusal.getMessage().contains("month date, revenue numeric"));
        }
    }

    interface Query {
        void run() throws SQLException;
    }

    static String state(Query query) {
        try {
            query.run();
            return "no error";
        } catch (SQLException error) {
            return error.getSQLState();
        }
    }
}
