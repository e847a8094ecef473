using System.Globalization;
using Slipway.Jobs.Compute.SystemMetrics;

namespace Slipway.Jobs.Compute.Slurm;

/// <summary>What measure.sh writes on the nodes of a Slurm job, on its way into the step's run. Of several nodes each has series of its own, named as MLflow does.</summary>
internal sealed class NodeMetrics
{
    /// <summary>The variables by which a node's script knows what to start; see launch.sh.</summary>
    public const string Script = "SLIPWAY_MEASURE", Seconds = "SLIPWAY_MEASURE_SECONDS";

    private const string Prefix = "system/";
    private readonly TaskMeasure _measure;
    private readonly List<NodeFile> _files;

    /// <param name="isLeft">What the files hold already was told by a process that has died.</param>
    public NodeMetrics(TaskMeasure measure, string folder, int nodes, bool isLeft)
    {
        _measure = measure;
        _files = [.. Enumerable.Range(0, nodes).Select(node => new NodeFile(FileOf(folder, node), nodes == 1 ? Prefix : $"{Prefix}node_{node}/"))];
        if (isLeft)
            _files.ForEach(file => file.Points += file.Read().Count() / measure.Settings.SamplesPerPoint);
    }

    public static string FileOf(string folder, int node) => Path.Combine(folder, $"slurm.metrics.{node.ToString(CultureInfo.InvariantCulture)}");

    public static async Task WriteScriptAsync(string path, CancellationToken ct)
    {
        await using var source = typeof(NodeMetrics).Assembly.GetManifestResourceStream("Slipway.Jobs.Compute.measure.sh")!;
        await using var target = File.Create(path);
        await source.CopyToAsync(target, ct);
    }

    /// <summary>Passes on what was written since the last time.</summary>
    public async Task ReadAsync(CancellationToken ct)
    {
        foreach (var file in _files)
        {
            file.Waiting.AddRange(file.Read());
            while (file.Waiting.Count >= _measure.Settings.SamplesPerPoint)
            {
                var samples = file.Waiting[.._measure.Settings.SamplesPerPoint];
                file.Waiting.RemoveRange(0, samples.Count);
                var mean = samples[0].ToDictionary(value => file.Prefix + value.Key[Prefix.Length..], value => samples.Average(sample => sample.GetValueOrDefault(value.Key)));
                await _measure.Report(mean, file.Points++, ct);
            }
        }
    }

    private sealed class NodeFile(string path, string prefix)
    {
        private long _read;

        public string Prefix => prefix;

        public long Points { get; set; }

        public List<Dictionary<string, double>> Waiting { get; } = [];

        /// <summary>The whole samples that came since the last time; each ends with an empty line.</summary>
        public IEnumerable<Dictionary<string, double>> Read()
        {
            if (!File.Exists(path))
                return [];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(_read, SeekOrigin.Begin);
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();
            var end = text.LastIndexOf("\n\n", StringComparison.Ordinal);
            if (end < 0)
                return [];

            // The script writes ASCII only.
            _read += end + 2;
            return [.. text[..end].Split("\n\n").Select(Sample)];
        }

        private static Dictionary<string, double> Sample(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(words => words.Length == 2 && words[0].StartsWith(NodeMetrics.Prefix, StringComparison.Ordinal))
            .ToDictionary(words => words[0], words => double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0);
    }
}
