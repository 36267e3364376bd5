import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.osteon.cli.Osteon;

/**
 * The osteon command for {@code verbs.py}, one verb after the other in one process, since a process for each would
 * take longer than a round. A line of standard input is a JSON list of arguments; the answer is one line with {@code
 * exit}, {@code out} and {@code error}.
 */
class Verbs {
    public static void main(String[] none) throws Exception {
        ObjectMapper json = new ObjectMapper();
        PrintStream answers = System.out;
        PrintStream errors = System.err;
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] arguments = json.convertValue(json.readTree(line), String[].class);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream error = new ByteArrayOutputStream();
            ObjectNode answer = json.createObjectNode();
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
            try {
                answer.put("exit", Osteon.run(arguments));
            } finally {
                System.setOut(answers);
                System.setErr(errors);
            }
            answer.put("out", out.toString(StandardCharsets.UTF_8));
            answer.put("error", error.toString(StandardCharsets.UTF_8));
            answers.println(json.writeValueAsString((JsonNode) answer));
            answers.flush();
        }
    }
}
