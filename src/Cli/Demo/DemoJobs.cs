using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Demo;

/// <summary>Submits the example's pipelines under fixed names, so that asking twice is one job.</summary>
internal sealed class DemoJobs(SlipwayClient client, IReadOnlyCollection<IStepKind> stepKinds)
{
    private readonly Dictionary<string, (string Yaml, IReadOnlyDictionary<string, string> Files)> _definitions = [];

    /// <summary>The finished job. A failed one is told with the step's message, and is tried anew at the next start.</summary>
    /// <param name="trees">Trees in place of local files that the definition names.</param>
    public async Task<Client.Job> RunAsync(
        string name,
        string file,
        IReadOnlyDictionary<string, string> inputs,
        CancellationToken ct,
        IReadOnlyDictionary<string, string>? trees = null)
    {
        if (await client.Jobs.FindAsync(name, ct) is null)
            await SubmitAsync(name, file, inputs, trees, ct);
        return await WaitAsync(name, ct);
    }

    public async Task<Client.Job> WaitAsync(string name, CancellationToken ct)
    {
        var job = await client.Jobs.WaitAsync(name, ct);
        if (job.Status == "Completed")
            return job;
        var failed = job.Steps.FirstOrDefault(step => step.Status == "Failed");
        throw new SlipwayException(
            ErrorCode.Conflict, $"Job {name} ended {job.Status}: {failed?.Name}: {failed?.Message ?? job.Message}");
    }

    private async Task SubmitAsync(
        string name,
        string file,
        IReadOnlyDictionary<string, string> inputs,
        IReadOnlyDictionary<string, string>? trees,
        CancellationToken ct)
    {
        if (!_definitions.TryGetValue(file, out var definition))
            _definitions[file] = definition = await UploadAsync(file, ct, trees?.Keys);
        var files = definition.Files.Concat(trees ?? new Dictionary<string, string>()).ToDictionary();
        await client.Jobs.SubmitAsync(new Client.NewJob(definition.Yaml, file, name, files, inputs), ct);
    }

    /// <summary>The definition's text, and the trees of the local files that it names.</summary>
    public async Task<(string Yaml, IReadOnlyDictionary<string, string> Files)> UploadAsync(
        string file, CancellationToken ct, IEnumerable<string>? except = null)
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(ExampleFiles.Flights, file), ct);
        var paths = Definitions.LocalPaths(new DefinitionFile { Yaml = yaml, Source = file, Kind = "job", StepKinds = stepKinds });
        var files = new Dictionary<string, string>();
        foreach (var path in paths.Except(except ?? []))
            files[path] = (await client.Content.UploadAsync(Path.Combine(ExampleFiles.Flights, path), ct)).Digest;
        return (yaml, files);
    }
}
