using System.Text.Json.Nodes;
using Slipway.Cli.Output;
using Slipway.Cli.Output.JmesPath;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class PrinterTests
{
    private const string Job =
        """{"name": "j1", "displayName": "A job", "isOver": true, "ended": null, "tags": {"myKey": "é"}, "steps": [{"runId": "1"}, {"runId": "2"}]}""";

    [Theory]
    [InlineData((int)OutputFormat.Tsv, "name", "j1\n")]
    [InlineData((int)OutputFormat.Tsv, "is_over", "true\n")]
    [InlineData((int)OutputFormat.Tsv, "missing", "")]
    [InlineData((int)OutputFormat.Tsv, "[name, is_over, ended, steps, tags]", "j1\ntrue\nNone\n\t\né\n")]
    [InlineData((int)OutputFormat.Tsv, "steps[].run_id", "1\n2\n")]
    [InlineData((int)OutputFormat.Tsv, "steps[].[run_id, `1`]", "1\t1\n2\t1\n")]
    [InlineData((int)OutputFormat.Tsv, "{N: display_name, O: is_over, S: steps}", "A job\tTrue\t2\n")]
    [InlineData((int)OutputFormat.Json, "display_name", "\"A job\"\n")]
    [InlineData((int)OutputFormat.Json, "tags", "{\n  \"myKey\": \"é\"\n}\n")]
    [InlineData((int)OutputFormat.Jsonc, "ended", "")]
    [InlineData((int)OutputFormat.None, "name", "")]
    [InlineData((int)OutputFormat.Yaml, "{a: name, b: steps, c: `[]`, d: 'true', e: `true`, f: '1.5', g: ended}", "a: j1\nb:\n- run_id: '1'\n- run_id: '2'\nc: []\nd: 'true'\ne: true\nf: '1.5'\ng: null\n")]
    public void A_result_is_printed_as_asked(int format, string query, string expected) =>
        Assert.Equal(expected, Printed((OutputFormat)format, query));

    [Fact]
    public void A_table_has_a_column_for_each_scalar_field_and_cuts_nothing()
    {
        var lines = Printed(OutputFormat.Table, "steps").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();

        Assert.Contains("run_id", lines);
        Assert.Equal(["1", "2"], lines[^2..]);
    }

    private static string Printed(OutputFormat format, string query)
    {
        using var output = new StringWriter { NewLine = "\n" };
        Printer.Show(JsonNode.Parse(Job)!, new OutputStyle(format, JmesExpression.Parse(query), output, TextWriter.Null, IsPipe: true));
        return output.ToString();
    }
}
