using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Training.Export;
using Slipway.Training.Scoring;

namespace Slipway.Training.Steps;

/// <summary><c>type: register</c>: makes the tree <c>model</c> the next version of a registered model; the output <c>version</c> is it.</summary>
internal sealed class RegisterStep(IModelRegistry registry, ContentStore content, ModelFiles models, LineageLog lineage) : IStepKind
{
    private const string OnnxFlavor = "onnx";

    public string Name => "register";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("model_name", FieldType.Text, true, "The registered model; it is made when it does not exist."),
        new("version_tags", FieldType.Map, false, "Tags of the version."),
        new("flavor", FieldType.Text, false, "onnx, mlflow, custom …; seen from the files by default."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var fields = new StepFields(step.Settings);
        var input = step.Input("model");
        var tree = input.Tree("model");
        var entries = (await content.GetTreeAsync(tree, ct)).Entries;
        var flavor = fields.OptionalText("flavor") ?? FlavorOf(entries);
        if (flavor == OnnxFlavor)
            await CheckOnnxAsync(tree, input, ct);

        var version = await registry.RegisterAsync(
            step.Caller,
            new NewModelVersion
            {
                Model = fields.Text("model_name"),
                Tree = tree,
                Flavor = flavor,
                SignatureJson = await models.ReadAsync(entries, ModelFolder.Signature, ct),
                RunId = await MakerAsync(step, tree, ct),
                Description = $"registered by job {step.JobName}",
                Tags = fields.Map("version_tags").ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal),
                IdempotencyKey = step.StepId,
            },
            ct);
        step.Made("registered", version.Node, step.IfDeclared("version"));
        await step.Log.WriteLineAsync($"Registered {version.Model} as version {version.Number}.");
    }

    /// <summary>The run that wrote the tree; a reused training keeps its own. This one when nobody is known.</summary>
    private async Task<string> MakerAsync(StepContext step, Digest tree, CancellationToken ct)
    {
        const string Run = "run:";
        var graph = await lineage.UpstreamAsync(step.Caller.Workspace, $"tree:{tree}", 1, ct);
        var wrote = graph.Edges.LastOrDefault(edge => edge.Act == "wrote" && edge.From.StartsWith(Run, StringComparison.Ordinal));
        return wrote?.From[Run.Length..] ?? step.RunId;
    }

    private async Task CheckOnnxAsync(Digest tree, StepInput input, CancellationToken ct)
    {
        using var model = await models.LoadAsync(tree, $"of input '{input.Name}'", ct);
    }

    private static string FlavorOf(IReadOnlyList<TreeEntry> entries)
    {
        if (entries.Count == 0)
            throw SlipwayException.Invalid("The model has no files; let the training step write it to the output that is bound here.");
        if (entries.Any(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)))
            return OnnxFlavor;
        return entries.Any(entry => entry.Path == ModelFolder.MlModel) ? "mlflow" : "custom";
    }
}
