using System.Text;

namespace Slipway.Jobs.Compute.Distributed;

/// <summary>The command line that starts a command in several processes: a script, so that it is the same on every compute target.</summary>
internal static class Launch
{
    private static readonly Lazy<string> s_script = new(() =>
    {
        using var source = new StreamReader(typeof(Launch).Assembly.GetManifestResourceStream("Slipway.Jobs.Compute.launch.sh")!);
        return source.ReadToEnd();
    });

    public static string Command(Distribution distribution, string command)
    {
        var variables = distribution.Variables(distribution.FreePorts()).Select(Exports).ToList();
        if (variables is [var single])
            return $"{single}\n{command}";

        var script = new StringBuilder();
        script.Append("type=").Append(distribution.Type).Append("\ncommand=").Append(Quote(command)).Append("\nof=(\n");
        foreach (var exports in variables)
            script.Append(Quote(exports)).Append('\n');
        return script.Append(")\n").Append(s_script.Value).ToString();
    }

    private static string Exports(IReadOnlyDictionary<string, string> variables) =>
        "export " + string.Join(' ', variables.Select(variable => $"{variable.Key}={Quote(variable.Value)}"));

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
