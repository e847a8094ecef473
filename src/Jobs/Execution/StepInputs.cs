using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>An input with what it stands for now, before it is written to disk.</summary>
internal sealed record ResolvedInput
{
    public required string Name { get; init; }

    public required string? Type { get; init; }

    public string? Literal { get; init; }

    public Digest? Tree { get; init; }

    /// <summary>The name of a local path that the tree came from; null for others.</summary>
    public string? LocalName { get; init; }

    public DataVersion? Data { get; init; }

    public ModelVersion? Model { get; init; }

    public string? Node { get; init; }

    public bool IsMissing => Literal is null && Tree is null && Node is null;
}

/// <summary>Looks up the inputs of a step as it starts: versions that "latest" means now, outputs of earlier steps.</summary>
internal sealed class StepInputs(
    StepStore steps, IDataAssets data, IModelRegistry models, InputAssets assets, StoredReferences stored, IDatastores datastores)
{
    public Task<IReadOnlyList<ResolvedInput>> ResolveAsync(JobRecord job, PlannedStep step, CancellationToken ct) =>
        ResolveAsync(job, step, position => steps.FindAsync(job.Id, position, ct), ct);

    /// <param name="producer">Finds the row of an earlier step.</param>
    public async Task<IReadOnlyList<ResolvedInput>> ResolveAsync(
        JobRecord job, PlannedStep step, Func<int, Task<StepRow?>> producer, CancellationToken ct)
    {
        var resolved = new List<ResolvedInput>(step.Inputs.Count);
        foreach (var input in step.Inputs)
        {
            var found = await ResolveAsync(job, input, producer, ct);
            if (found is { IsMissing: true } && !input.Optional)
                throw SlipwayException.Invalid($"Input '{input.Name}' has no value; give it one, or declare it optional.");
            resolved.Add(found);
        }

        return resolved;
    }

    private async Task<ResolvedInput> ResolveAsync(
        JobRecord job, PlannedInput input, Func<int, Task<StepRow?>> producer, CancellationToken ct)
    {
        var empty = new ResolvedInput { Name = input.Name, Type = input.Type };
        return input.Source switch
        {
            LiteralSource literal => empty with { Literal = literal.Text },
            FileSource file => empty with
            {
                Tree = file.File.Tree,
                LocalName = file.File.Name,
                Node = $"tree:{file.File.Tree}",
            },
            StepSource from => await FromStepAsync(job, empty, from, await producer(from.Step), ct),
            ReferenceSource reference => await FromReferenceAsync(job.Caller, empty, reference.Text, ct),
            _ => empty,
        };
    }

    private async Task<ResolvedInput> FromStepAsync(
        JobRecord job, ResolvedInput input, StepSource from, StepRow? producer, CancellationToken ct)
    {
        if (producer is null)
            throw new InvalidOperationException($"Step {from.Step} of job {job.Name} has no row.");
        var type = input.Type
            ?? job.Plan.Steps[from.Step].Outputs.FirstOrDefault(output => output.Name == from.Output)?.Type;
        if (!JobsJson.ReadOutputs(producer.Outputs).TryGetValue(from.Output, out var output))
        {
            // Every job has the output "artifacts", which is its run's.
            return producer.Status == JobStatus.Completed && from.Output == "artifacts"
                ? await stored.ArtifactsAsync(job.Caller, input with { Type = type }, producer.RunId, "", ct)
                : input with { Type = type };
        }

        var found = input with { Type = type, Tree = output.Tree, Node = output.Node ?? $"tree:{output.Tree}" };
        return output.Node is null ? found : await WithVersionAsync(job.Caller, found, output.Node, ct);
    }

    /// <summary>Adds the data or model version that a node names.</summary>
    private async Task<ResolvedInput> WithVersionAsync(Caller caller, ResolvedInput input, string node, CancellationToken ct)
    {
        var at = node.LastIndexOf('@');
        var colon = node.IndexOf(':', StringComparison.Ordinal);
        if (at < colon || colon < 0)
            return input;

        var (kind, name, version) = (node[..colon], node[(colon + 1)..at], node[(at + 1)..]);
        if (kind == "data" && await data.FindAsync(caller, AssetName.Parse(name), version, ct) is { } found)
            return input with { Data = found, Tree = input.Tree ?? found.Tree };
        if (kind == "model" && await models.FindAsync(caller, $"{name}:{version}", ct) is { } model)
            return input with { Model = model, Tree = input.Tree ?? model.Tree };
        return input;
    }

    private async Task<ResolvedInput> FromReferenceAsync(
        Caller caller, ResolvedInput input, string text, CancellationToken ct) =>
        ReferenceReader.Read(text, ReferenceUse.Data, "", out var wrong) switch
        {
            (AssetVersion or AssetLabel or RegistryAsset) and var asset => await assets.FindAsync(caller, input, asset, ct),
            RunArtifact artifact => await stored.ArtifactsAsync(caller, input, artifact.RunId, artifact.Path, ct),
            JobOutputPath output => await stored.JobOutputAsync(caller, input, output, ct),
            DatastorePath path => await ImportAsync(caller, input, DataUri.Of(path.Text, path.Store, path.Path), ct),
            CloudPath place when place.CanBeRead() =>
                await ImportAsync(caller, input, DataUri.Parse(place.Uri.OriginalString), ct),
            null => throw SlipwayException.Invalid($"Input '{input.Name}': {wrong}"),
            _ => throw new SlipwayException(
                ErrorCode.NotImplemented,
                $"Input '{input.Name}' lies at '{text}', where nothing is read from here; copy it into a datastore."),
        };

    private async Task<ResolvedInput> ImportAsync(Caller caller, ResolvedInput input, DataUri from, CancellationToken ct)
    {
        var data = await datastores.ImportAsync(caller, from, ct);
        return input with
        {
            Type = input.Type ?? (data.IsFile ? "uri_file" : "uri_folder"),
            Tree = data.Tree.Digest,
            LocalName = data.IsFile ? data.Tree.Entries[0].Path : null,
            Node = $"tree:{data.Tree.Digest}",
        };
    }
}
