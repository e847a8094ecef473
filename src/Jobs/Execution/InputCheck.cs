using Slipway.Jobs.Definitions;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>
/// Refuses a job whose inputs do not exist, before anything of it is kept. What may come to be until the step starts is left to the
/// step: assets that an earlier step makes, outputs of jobs that are not over, what lies in a datastore.
/// </summary>
internal sealed class InputCheck(InputAssets assets, StoredReferences stored, IDatastores datastores)
{
    public async Task CheckAsync(Caller caller, string job, JobDefinition definition, JobPlan plan, CancellationToken ct)
    {
        var known = new HashSet<(string, string?)>();
        foreach (var input in definition.Pipeline.Inputs)
        {
            // One with an expression in it is text only once the plan has filled it in.
            if (input.Value is DataValue { Reference: var reference } && !reference.Text.Contains("${{", StringComparison.Ordinal))
                await CheckAsync(caller, $"Job '{job}', input '{input.Name}'", input.Type, reference, plan.Steps, known, ct);
        }

        for (var position = 0; position < plan.Steps.Count; position++)
        {
            var step = plan.Steps[position];
            var of = definition.IsPipeline ? $" of step '{step.Name}'" : "";
            foreach (var input in step.Inputs)
            {
                if (input.Source is ReferenceSource { Text: var text } && ReferenceReader.Read(text, ReferenceUse.Data, "", out _) is { } reference)
                    await CheckAsync(caller, $"Job '{job}', input '{input.Name}'{of}", input.Type, reference, plan.Steps.Take(position), known, ct);
            }
        }
    }

    private async Task CheckAsync(
        Caller caller, string what, string? type, Reference reference, IEnumerable<PlannedStep> before, HashSet<(string, string?)> known,
        CancellationToken ct)
    {
        if (known.Contains((reference.Text, type)) || (NameOf(reference) is { } name && before.Any(step => MayMake(step, name))))
            return;
        try
        {
            await CheckAsync(caller, what, type, reference, ct);
        }
        catch (SlipwayException refusal)
        {
            throw new SlipwayException(refusal.Code, $"{what} ('{reference}'): {refusal.Message}", refusal);
        }

        known.Add((reference.Text, type));
    }

    private Task CheckAsync(Caller caller, string what, string? type, Reference reference, CancellationToken ct) => reference switch
    {
        AssetVersion or AssetLabel or RegistryAsset => assets.FindAsync(caller, new ResolvedInput { Name = what, Type = type }, reference, ct),
        RunArtifact artifact => stored.DemandRunAsync(caller, artifact.RunId, ct),
        JobOutputPath output => stored.DemandOutputAsync(caller, output, ct),
        DatastorePath path => datastores.OpenAsync(caller, path.Store, Permission.Read, ct),
        _ => Task.CompletedTask,
    };

    private static string? NameOf(Reference reference) => reference switch
    {
        AssetVersion asset => asset.Name,
        AssetLabel asset => asset.Name,
        RegistryAsset asset => asset.Name,
        _ => null,
    };

    // A kind of its own, or a script, names what it registers among its settings.
    private static bool MayMake(PlannedStep step, string name) =>
        step.Outputs.Any(output => name.Equals(output.AssetName, StringComparison.OrdinalIgnoreCase))
        || step.Settings.ToJsonString().Contains(name, StringComparison.OrdinalIgnoreCase);
}
