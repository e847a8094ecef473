using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Jobs.Compute.Distributed;

/// <summary>The command line that starts a command in several processes: a script, so that it is the same on every compute target.</summary>
internal static partial class Launch
{
    // A node runs its own part of them.
    private const string NodeStart = "nodes=($SLIPWAY_NODES)\nport=$SLIPWAY_PORT\nfirst=$((SLURM_NODEID * each))\n"
        + "[[ -z ${SLIPWAY_MEASURE:-} ]] || { bash \"$SLIPWAY_MEASURE\" \"${failed%node.failed}slurm.metrics.$SLURM_NODEID\" \"$SLIPWAY_MEASURE_SECONDS\" </dev/null >/dev/null 2>&1 & }\n";

    private static readonly Lazy<string> s_processes = new(() => Read("launch.sh"));
    private static readonly Lazy<string> s_nodes = new(() => Read("nodes.sh"));

    /// <summary>All processes on one machine.</summary>
    public static string Command(Distribution distribution, string command)
    {
        var variables = distribution.Variables(distribution.FreeAddresses()).Select(Exports).ToList();
        return variables is [var single] ? $"{single}\n{command}" : "first= each= total= failed=\n" + Processes(distribution, command, variables);
    }

    /// <summary>The processes on the nodes of a Slurm job, which see the folder; where they are only the nodes know.</summary>
    /// <param name="folder">Where the script of a node is put, and what the first one that fails says.</param>
    public static async Task<string> OnNodesAsync(Distribution distribution, string command, int nodes, string folder, CancellationToken ct)
    {
        var each = (distribution.Processes + nodes - 1) / nodes;
        var at = Enumerable.Range(0, distribution.Processes)
            .Select(rank => new ProcessAddress(Place("nodes", rank / each), Place("port", distribution.Type == "tensorflow" ? rank : 0)));
        var variables = distribution.Variables([.. at]).Select(Exports);
        var script = NodeScript(folder);
        var settings = Text($"each={each}\ntotal={distribution.Processes}\nfailed={Quote(Path.Combine(folder, "node.failed"))}\n");

        // A server that was started again finds it at work.
        if (!File.Exists(script))
            await File.WriteAllTextAsync(script, settings + NodeStart + Processes(distribution, command, variables), ct);
        return $"{settings}type={distribution.Type}\ncommand={Quote(command)}\nscript={Quote(script)}\nnode_count={Text(nodes)}\n{s_nodes.Value}";
    }

    /// <summary>The script that a node runs; where it is, the command is spread over the nodes.</summary>
    public static string NodeScript(string folder) => Path.Combine(folder, "node.sh");

    private static string Processes(Distribution distribution, string command, IEnumerable<string> variables)
    {
        var script = new StringBuilder();
        script.Append("type=").Append(distribution.Type).Append("\ncommand=").Append(Quote(command)).Append("\nof=(\n");
        foreach (var exports in variables)
            script.Append(Quote(exports)).Append('\n');
        return script.Append(")\n").Append(s_processes.Value).ToString();
    }

    private static string Exports(IReadOnlyDictionary<string, string> variables) =>
        "export " + string.Join(' ', variables.Select(variable => $"{variable.Key}={PlacePattern().Replace(Quote(variable.Value), Expansion)}"));

    // Stands for what a node puts there when it starts a process: the name of a node, or a port.
    private static string Place(string of, int number) => Text($"@{of}:{number}@");

    private static string Expansion(Match place)
    {
        var number = place.Groups["number"].Value;
        var word = place.Groups["of"].Value == "nodes" ? $"${{nodes[{number}]}}" : $"$((port + {number}))";
        return $"'\"{word}\"'";
    }

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Read(string name)
    {
        using var source = new StreamReader(typeof(Launch).Assembly.GetManifestResourceStream($"Slipway.Jobs.Compute.{name}")!);
        return source.ReadToEnd();
    }

    [GeneratedRegex("@(?<of>nodes|port):(?<number>[0-9]+)@")]
    private static partial Regex PlacePattern();
}
