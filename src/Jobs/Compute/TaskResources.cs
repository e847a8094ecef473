using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>
/// What a command may use: <c>resources.properties.cpu</c> and <c>.memory</c>, <c>shm_size</c>, and of <c>docker_args</c> what is
/// understood on every target.
/// </summary>
internal sealed partial record TaskResources
{
    public double? Processors { get; init; }

    public long? MemoryBytes { get; init; }

    public long? SharedMemoryBytes { get; init; }

    /// <summary>A container's network: none unless asked for ("bridge", "host", …).</summary>
    public string? Network { get; init; }

    public int Machines { get; init; } = 1;

    /// <summary>The part of a cluster (<c>resources.properties.partition</c>); null: its default.</summary>
    public string? Partition { get; init; }

    public bool HasLimits => Processors is not null || MemoryBytes is not null;

    public static TaskResources Read(JsonObject? resources)
    {
        if (resources is null)
            return new TaskResources();

        var properties = resources["properties"] as JsonObject;
        var read = Arguments(resources["docker_args"]?.ToString() ?? "") with
        {
            Machines = int.TryParse(resources["instance_count"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1,
        };
        return read with
        {
            Partition = properties?["partition"]?.ToString(),
            Processors = properties?["cpu"] is { } cpu ? Count("resources.properties.cpu", cpu.ToString()) : read.Processors,
            MemoryBytes = properties?["memory"] is { } memory ? Bytes("resources.properties.memory", memory.ToString()) : read.MemoryBytes,
            SharedMemoryBytes = resources["shm_size"] is { } shared ? Bytes("resources.shm_size", shared.ToString()) : read.SharedMemoryBytes,
        };
    }

    private static TaskResources Arguments(string text)
    {
        var read = new TaskResources();
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at < words.Length; at++)
        {
            var (name, value) = words[at].IndexOf('=', StringComparison.Ordinal) is var equals and > 0
                ? (words[at][..equals], words[at][(equals + 1)..])
                : (words[at], at + 1 < words.Length && !words[at + 1].StartsWith('-') ? words[++at] : "");
            read = name switch
            {
                "--cpus" => read with { Processors = Count("resources.docker_args --cpus", value) },
                "--memory" or "-m" => read with { MemoryBytes = Bytes("resources.docker_args --memory", value) },
                "--shm-size" => read with { SharedMemoryBytes = Bytes("resources.docker_args --shm-size", value) },
                "--network" or "--net" => read with { Network = value },
                _ => throw SlipwayException.Invalid(
                    $"resources.docker_args has '{name}', which is not understood here. Known: --cpus, --memory, --shm-size, --network."),
            };
        }

        return read;
    }

    private static double Count(string field, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw SlipwayException.Invalid($"{field} is '{text}'; it must be a number of processors above 0, such as 2 or 0.5.");

    private static long Bytes(string field, string text)
    {
        var match = SizePattern().Match(text);
        if (!match.Success)
            throw SlipwayException.Invalid($"{field} is '{text}'; write a size such as 512m, 4g or 4Gi.");

        var shift = match.Groups["unit"].Value.ToLowerInvariant() switch { "k" => 10, "m" => 20, "g" => 30, "t" => 40, _ => 0 };
        return (long)(double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * (1L << shift));
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,9}(\.[0-9]{1,3})?)(?<unit>[bkmgtBKMGT]?)(i?[bB]?)\z")]
    private static partial Regex SizePattern();
}
