using System.Text;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Keeps what a step wrote: a tree for each output, and an asset for each one that has a name.</summary>
internal sealed class StepOutputs(ContentStore content, IDataAssets data, IModelRegistry models, IDatastores datastores)
{
    private Task<Tree>? _empty;

    public async Task<Dictionary<string, StepOutput>> CommitAsync(StepRun run, CancellationToken ct)
    {
        var outputs = new Dictionary<string, StepOutput>(StringComparer.Ordinal);
        foreach (var output in run.Step.Outputs)
        {
            var folder = run.OutputFolders[output.Name];
            if (run.Kept.TryGetValue(output.Name, out var kept))
            {
                if (output.Path is not null)
                    await ExportAsync(run, output, kept, ct);
                outputs[output.Name] = new StepOutput(kept, output.AssetName is null ? null : await RegisterAsync(run, output, kept, ct));
                continue;
            }

            var node = run.MadeNode(output.Name);
            var isEmpty = !Directory.EnumerateFileSystemEntries(folder).Any();

            // "artifacts" without anything in it means the run's artifacts; the consumer looks there.
            if (isEmpty && node is null && output.Name == "artifacts")
                continue;

            Digest? tree = isEmpty && node is not null ? null
                : isEmpty ? await EmptyAsync()
                : (await content.PutFolderAsync(folder, null, ct)).Digest;
            if (output.Type == "uri_file" && tree is not null)
                RefuseUnlessOneFile(output, folder);
            if (output.AssetName is not null && tree is { } registered)
                node = await RegisterAsync(run, output, registered, ct);
            if (output.Path is not null && tree is { } written)
                await ExportAsync(run, output, written, ct);
            outputs[output.Name] = new StepOutput(tree, node);
        }

        return outputs;
    }

    // Definitions that come from Azure name its storage, which is not here; their outputs are kept all the same.
    private async Task ExportAsync(StepRun run, PlannedOutput output, Digest tree, CancellationToken ct)
    {
        if (DataUri.OfDatastore(output.Path!.Replace("${{output_name}}", output.Name, StringComparison.Ordinal)) is not { Datastore: { } datastore } to)
            return;
        try
        {
            await datastores.OpenAsync(run.Caller, datastore, Permission.Write, ct);
        }
        catch (SlipwayException absent) when (absent.Code == ErrorCode.NotFound)
        {
            run.StepLog.WriteLine($"[outputs.{output.Name} is kept here only: there is no datastore '{datastore}'.]");
            return;
        }

        var files = await datastores.ExportAsync(run.Caller, tree, to, ct);
        run.StepLog.WriteLine($"outputs.{output.Name}: {files} files written to {to.Text}");
    }

    // All empty outputs are the same tree; it is written once.
    private async Task<Digest> EmptyAsync() =>
        (await (_empty is { IsFaulted: false } known ? known : _empty = content.PutTreeAsync([], CancellationToken.None))).Digest;

    private static void RefuseUnlessOneFile(PlannedOutput output, string folder)
    {
        var count = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Take(2).Count();
        if (count != 1)
        {
            throw SlipwayException.Invalid(
                $"Output '{output.Name}' is a uri_file, but the step wrote {(count == 0 ? "no file" : "several files")} to it; "
                + "write to the path it is given, or declare it as uri_folder.");
        }
    }

    // Where our own trainers write it.
    private async Task<string?> SignatureAsync(Digest tree, CancellationToken ct) =>
        await content.FindFileAsync(tree, "signature.json", ct) is { } file
            ? Encoding.UTF8.GetString(await content.ReadAllAsync(file.Digest, ct))
            : null;

    private async Task<string> RegisterAsync(StepRun run, PlannedOutput output, Digest tree, CancellationToken ct)
    {
        var key = $"{run.StepId}/{output.Name}";
        if (output.Type is "mlflow_model" or "custom_model" or "triton_model")
        {
            var model = await models.RegisterAsync(
                run.Caller,
                new NewModelVersion
                {
                    Model = output.AssetName!,
                    Tree = tree,
                    Flavor = output.Type[..output.Type.IndexOf('_', StringComparison.Ordinal)],
                    SignatureJson = await SignatureAsync(tree, ct),
                    RunId = run.RunId,
                    Description = output.Description,
                    IdempotencyKey = key,
                },
                ct);
            return model.Node;
        }

        var version = await data.CreateAsync(
            run.Caller,
            new NewDataVersion
            {
                Name = AssetName.Parse(output.AssetName!),
                Version = output.AssetVersion,
                Type = output.Type switch
                {
                    "uri_file" => DataType.UriFile,
                    "mltable" => DataType.MlTable,
                    _ => DataType.UriFolder,
                },
                Zone = "processed",
                Tree = tree,
                Description = output.Description,
                IdempotencyKey = key,
            },
            ct);
        return Told(run, version);
    }

    // The job itself reads exactly what it wrote; others do not get it.
    private static string Told(StepRun run, DataVersion version)
    {
        if (version.Quarantine is { } reason)
            run.StepLog.WriteLine($"[{version.Node} is in quarantine. {reason}]");
        return version.Node;
    }
}
