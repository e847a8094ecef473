using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Batch endpoints and deployments.</summary>
internal static class BatchTables
{
    private static readonly Field[] s_named =
    [
        CommonTables.Schema,
        F("name", CommonTables.EndpointNameText, "The name of the deployment."),
        F("endpoint_name", CommonTables.EndpointNameText, "Its endpoint."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
    ];

    private static readonly Field[] s_scoring =
    [
        F("max_concurrency_per_instance", Integer(1), "Mini-batches at once on a machine."),
        F("mini_batch_size", Integer(1), "Files in a mini-batch."),
        F("output_action", Choice("append_row", "summary_only"), "What becomes of the results."),
        F("output_file_name", Text, "The file of the results."),
        F(
            "retry_settings",
            Object("retry settings", F("max_retries", Integer(0), "Retries of a mini-batch."), F("timeout", Integer(1), "Seconds for a mini-batch.")),
            "How a mini-batch is tried again."),
        F("error_threshold", Integer(-1), "Files that may fail; -1: any number."),
        F("logging_level", Choice("info", "warning", "debug"), "What is logged."),
    ];

    private static readonly Field[] s_model =
    [
        .. s_named,
        EndpointTables.ModelField,
        EndpointTables.CodeConfiguration,
        EnvironmentTable.InJob(ExpressionScope.None),
        CommonTables.EnvironmentVariables,
        CommonTables.Compute(ExpressionScope.None),
        CommonTables.Resources(ExpressionScope.None),
    ];

    public static ObjectShape Endpoint { get; } = Object(
        "a batch endpoint",
        CommonTables.Schema,
        Required("name", CommonTables.EndpointNameText, "The name of the endpoint."),
        F("auth_mode", Choice("aad_token"), "How callers sign in."),
        F("defaults", Object("defaults", F("deployment_name", Text, "The deployment that is asked when none is named.")), "What is taken when nothing is said."),
        F("identity", Map(Any), "As whom it acts."),
        F("public_network_access", Choice("enabled", "disabled"), "Whether it is open to the world."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties);

    public static VariantShape Deployment { get; } = new(
        "a batch deployment",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["model"] = new("a model batch deployment", [
                .. s_model,
                F("type", Choice("model"), "What it runs."),
                F("settings", Object("batch settings", [.. s_scoring, CommonTables.EnvironmentVariables]), "How it runs."),
                .. s_scoring]),
            ["pipeline"] = new("a pipeline batch deployment", [
                .. s_named,
                F("type", Choice("pipeline"), "What it runs."),
                F("component", new EitherShape(Reference(ReferenceUse.Component), Map(Any)), "The pipeline component that is run."),
                F("job_definition", Reference(ReferenceUse.JobOrFile), "The finished job that becomes the component."),
                F(
                    "settings",
                    new ObjectShape("pipeline batch settings", [
                        F("default_compute", Reference(ReferenceUse.Compute), "Where steps run that do not say it."),
                        F("default_datastore", Reference(ReferenceUse.Datastore), "Where outputs go that do not say it."),
                        F("continue_on_step_failure", Flag, "False: the first failure stops the pipeline."),
                        F("force_rerun", Flag, "True: no earlier result is taken over.")])
                    { Unknown = UnknownKeys.TyposRefused },
                    "How the pipeline runs."),
                F("inputs", Map(Any), "Inputs of the pipeline.")])
            { Rules = [Rule.ExactlyOne("component", "job_definition")] },
        },
        _ => "model");
}
