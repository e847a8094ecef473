using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Jobs, steps and components, the kinds of other modules included.</summary>
internal sealed class JobTables
{
    private const ExpressionScope InStep = ExpressionScope.ParentInputs;
    private const ExpressionScope StepInputs = ExpressionScope.ParentInputs | ExpressionScope.Siblings;
    private const ExpressionScope StepOutputs = ExpressionScope.ParentOutputs | ExpressionScope.Server;
    private const ExpressionScope Nowhere = ExpressionScope.Nowhere;

    private readonly List<KindTable> _kinds;

    public JobTables(IEnumerable<KindTable> ownKinds)
    {
        _kinds = [KindTables.Command, KindTables.Sweep, KindTables.Parallel, AutoMLTable.Kind, KindTables.Spark, .. ownKinds];
        Step = new VariantShape(
            "a step",
            "type",
            _kinds.Select(kind => KeyValuePair.Create(kind.Name, StepOf(kind))).Append(new("pipeline", PipelineStep())).ToDictionary(),
            InferStep)
        {
            Untold = ComponentStep(),
        };
        Component = new VariantShape(
            "a component",
            "type",
            _kinds.Where(kind => kind.IsComponent).Select(kind => KeyValuePair.Create(kind.Name, ComponentOf(kind)))
                .Append(new("pipeline", PipelineComponent())).ToDictionary(),
            map => map["jobs"] is not null ? "pipeline" : "command");
        Job = new VariantShape(
            "a job",
            "type",
            _kinds.Where(kind => kind.IsJob).Select(kind => KeyValuePair.Create(kind.Name, JobOf(kind)))
                .Append(new("pipeline", PipelineJob())).ToDictionary(),
            map => map["jobs"] is not null ? "pipeline" : "command");
    }

    public VariantShape Job { get; }

    public VariantShape Component { get; }

    public VariantShape Step { get; }

    /// <summary>The kind's table; null for pipeline and for names that are unknown.</summary>
    public KindTable? Find(string kind) => _kinds.FirstOrDefault(table => table.Name == kind);

    /// <summary>How a pipeline runs, in the pipeline and in what triggers it.</summary>
    public static Field Settings() => F(
        "settings",
        new ObjectShape("pipeline settings", [
            F("default_compute", Reference(ReferenceUse.Compute, InStep), "Where steps run that do not say it."),

            // Azure ML lets misspelt settings through, and this one stands in pipelines that people have.
            new Field("default_datastore", Reference(ReferenceUse.Datastore, InStep), "Where outputs go that do not say it.") { Aliases = ["default_datestore"] },
            F("continue_on_step_failure", Flag, "False: the first failure stops the pipeline."),
            F("force_rerun", Flag, "True: no earlier result is taken over."),
            F("on_init", Text, "The step that runs before all others."),
            F("on_finalize", Text, "The step that runs after all others, even after a failure.")])
        { Unknown = UnknownKeys.TyposRefused },
        "How the pipeline runs.");

    private static string? InferStep(YamlMap step)
    {
        if (step.Map("component") is { } inline)
            return inline["type"] is YamlScalar ? inline.Text("type") : "command";
        return step["component"] is null ? step["jobs"] is not null ? "pipeline" : "command" : null;
    }

    private static Field[] JobCommon(string type) =>
    [
        CommonTables.Schema,
        F("type", Choice(type), "The kind of the job."),
        F("name", CommonTables.JobNameText, "Unique in the workspace; generated when absent."),
        CommonTables.DisplayName,
        F("experiment_name", Text, "The experiment that the run belongs to."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        CommonTables.Compute(Nowhere),
        CommonTables.Resources(Nowhere),
        CommonTables.Identity,
        CommonTables.QueueSettings,
        CommonTables.Services,
        PortTables.Inputs(Nowhere),
        PortTables.Outputs(ExpressionScope.Server),
        CommonTables.EnvironmentVariables,
        F("parent_job_name", Text, "The job below which it is shown."),
    ];

    private Field[] StepCommon(string? type) =>
    [
        type is null ? F("type", Text, "The kind of the step.") : F("type", Choice(type), "The kind of the step."),
        F("name", Text, "A name for people; the key is what counts."),
        CommonTables.DisplayName,
        F("experiment_name", Text, "Not used in steps."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        CommonTables.Compute(InStep),
        CommonTables.Resources(InStep),
        CommonTables.Distribution(InStep),
        CommonTables.Timeout(InStep),
        CommonTables.Identity,
        CommonTables.QueueSettings,
        CommonTables.Services,
        PortTables.Inputs(StepInputs),
        PortTables.Outputs(StepOutputs),
        CommonTables.EnvironmentVariables,
        EnvironmentTable.InJob(InStep),
        F("is_deterministic", Flag, "False: an earlier result is never taken over."),
        F(
            "component",
            new EitherShape(Reference(ReferenceUse.Component), new LazyShape(() => Component)),
            "What the step does: a component's file, reference, or content."),
    ];

    private static ObjectShape JobOf(KindTable kind) =>
        new ObjectShape($"{kind.Noun} job", JobCommon(kind.Name)) { Rules = kind.Rules }.With([.. Whole(kind)]);

    // Where no component can bring them, the required fields are required as such.
    private static IEnumerable<Field> Whole(KindTable kind) => kind.Own
        .Select(field => kind.Required.Contains(field.Name) ? field with { Required = true } : field);

    private ObjectShape StepOf(KindTable kind) =>
        new ObjectShape($"{kind.Noun} step", StepCommon(kind.Name))
        {
            Unknown = kind.IsOwn ? UnknownKeys.Refused : UnknownKeys.TyposRefused,
            Rules = [Rule.AllUnless("component", [.. kind.Required]), Rule.AtMostOne(["component", .. kind.Defining]), .. kind.Rules],
        }.With([.. kind.Fields(InStep)]);

    private ObjectShape ComponentStep() =>
        new("a step with a component", StepCommon(null)) { Unknown = UnknownKeys.TyposRefused };

    private ObjectShape PipelineStep() =>
        new ObjectShape("a pipeline step", StepCommon("pipeline"))
        {
            Unknown = UnknownKeys.TyposRefused,
            Rules = [Rule.ExactlyOne("component", "jobs")],
        }.With(Jobs(), Settings());

    private static ObjectShape ComponentOf(KindTable kind) =>
        new ObjectShape($"{kind.Noun} component", ComponentCommon(kind.Name))
        {
            Unknown = kind.IsOwn ? UnknownKeys.Refused : UnknownKeys.TyposRefused,
            Rules = kind.Rules,
        }.With([CommonTables.Resources(ExpressionScope.Own), CommonTables.EnvironmentVariables, .. Whole(kind)]);

    private ObjectShape PipelineComponent() =>
        new ObjectShape("a pipeline component", ComponentCommon("pipeline"))
        {
            Unknown = UnknownKeys.TyposRefused,
        }.With(Jobs() with { Required = true }, Settings());

    private ObjectShape PipelineJob() =>
        new ObjectShape("a pipeline job", JobCommon("pipeline")) { Rules = [Rule.ExactlyOne("jobs", "component")] }
            .With(
                Jobs(),
                F("component", Reference(ReferenceUse.Component), "A pipeline component that is run as the job."),
                Settings());

    private Field Jobs() => F(
        "jobs",
        new MapShape(new LazyShape(() => Step)) { Keys = CommonTables.StepNames, MayBeEmpty = false },
        "The steps by name.");

    private static Field[] ComponentCommon(string type) =>
    [
        CommonTables.Schema,
        F("type", Choice(type), "The kind of the component."),
        F("name", ComponentNames.Text, "The name of the component."),
        F("version", CommonTables.VersionText, "The version; the next one when absent."),
        CommonTables.DisplayName,
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        F("is_deterministic", Flag, "False: an earlier result is never taken over."),
        PortTables.InputDeclarations,
        PortTables.OutputDeclarations,
    ];
}
