using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Online endpoints and deployments.</summary>
internal static class EndpointTables
{
    private static readonly Rule s_traffic = new((map, path, check) =>
    {
        var shares = (map.Map("traffic")?.Entries ?? []).Select(entry => (entry.Value as YamlScalar)?.Text ?? "").Select(YamlText.Integer).ToList();
        if (shares.Count > 0 && shares.Sum() is not (0 or 100))
            check.Refuse(map["traffic"]!, Shape.Join(path, "traffic"), $"The shares add up to {shares.Sum()}; expected 0 or 100.");
    });

    private static readonly ObjectShape s_probe = Object(
        "a probe",
        F("initial_delay", Integer(0), "Seconds before the first."),
        F("period", Integer(1), "Seconds between two."),
        F("timeout", Integer(1), "Seconds for one."),
        F("success_threshold", Integer(1), "Successes that count."),
        F("failure_threshold", Integer(1), "Failures that count."),
        F("path", Text, "What is asked."),
        F("port", Integer(1, 65535), "Where it is asked."),
        F("scheme", Text, "How it is asked."),
        F("method", Text, "How it is asked."));

    private static readonly Field[] s_deployment =
    [
        CommonTables.Schema,
        F("name", CommonTables.EndpointNameText, "The name of the deployment."),
        F("endpoint_name", CommonTables.EndpointNameText, "Its endpoint."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        ModelField,
        F("model_mount_path", Text, "Where the model lies in the container."),
        CodeConfiguration,
        EnvironmentTable.InJob(ExpressionScope.None),
        CommonTables.EnvironmentVariables,
        F("instance_count", Integer(0), "How many instances."),
        F("app_insights_enabled", Flag, "Whether telemetry is sent."),
        F(
            "request_settings",
            Object(
                "request settings",
                F("request_timeout_ms", Integer(1, 180000), "Milliseconds for an answer."),
                F("max_concurrent_requests_per_instance", Integer(1), "Requests at once."),
                F("max_queue_wait_ms", Integer(0), "Milliseconds that a request may wait.")),
            "How requests are taken."),
        F("liveness_probe", s_probe, "How it is told that it lives."),
        F("readiness_probe", s_probe, "How it is told that it is ready."),
        F("startup_probe", s_probe, "How it is told that it has started."),
        F("data_collector", Collector(), "What is collected."),
        F("egress_public_network_access", Choice("enabled", "disabled"), "Whether it reaches the world."),
    ];

    public static ObjectShape Endpoint { get; } = new("an online endpoint", [
        CommonTables.Schema,
        Required("name", CommonTables.EndpointNameText, "The name of the endpoint."),
        F("type", Choice("managed", "kubernetes"), "What it runs on."),
        F("auth_mode", Choice("key", "aml_token", "aad_token"), "How callers sign in; key when absent."),
        CommonTables.Compute(ExpressionScope.None),
        F("identity", Map(Any), "As whom it acts."),
        F("traffic", Map(Integer(0, 100)), "Percent of the requests by deployment."),
        F("mirror_traffic", Map(Integer(0, 100)), "Percent of the requests that a deployment gets as copies; Azure ML takes one deployment without live traffic and at most 50."),
        F("public_network_access", Choice("enabled", "disabled"), "Whether it is open to the world."),
        F("kind", Text, "What it runs on."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties])
    {
        Rules = [s_traffic],
    };

    public static VariantShape Deployment { get; } = new(
        "an online deployment",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["managed"] = new("a managed online deployment", [
                .. s_deployment,
                F("type", Choice("managed"), "What it runs on."),
                F("instance_type", Text, "Which machines."),
                F("scale_settings", Scale(), "How many instances, by load.")]),
            ["kubernetes"] = new("a kubernetes online deployment", [
                .. s_deployment,
                F("type", Choice("kubernetes"), "What it runs on."),
                F("instance_type", Text, "Which machines."),
                F("scale_settings", Scale(), "How many instances, by load."),
                F(
                    "resources",
                    Object("container resources", F("requests", TextMap, "What is set aside."), F("limits", TextMap, "What it may use at most.")),
                    "What each instance may use.")]),
        },
        _ => "managed");

    public static Field ModelField => F(
        "model",
        new EitherShape(
            Reference(ReferenceUse.Model),
            Object(
                "an inline model",
                F("name", Text, "The name of the model."),
                F("version", Text, "Its version."),
                Required("path", Reference(ReferenceUse.Model), "Where the content is."),
                F("type", Choice("custom_model", "mlflow_model", "triton_model"), "Its type."),
                CommonTables.Description,
                CommonTables.Tags,
                F("properties", Map(Any), "Its properties."))),
        "What it serves.");

    public static Field CodeConfiguration => F(
        "code_configuration",
        Object(
            "a code configuration",
            Required("code", Reference(ReferenceUse.Code), "The folder with the script."),
            Required("scoring_script", Text, "The script, from that folder.")),
        "How requests are answered.");

    private static VariantShape Scale() => new(
        "scale settings",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["default"] = Object("default scale settings", F("type", Choice("default"), "No scaling.")),
            ["target_utilization"] = new("target utilization scale settings", [
                F("type", Choice("target_utilization"), "By load."),
                F("min_instances", Integer(0), "Instances at least."),
                F("max_instances", Integer(1), "Instances at most."),
                F("target_utilization_percentage", Integer(1, 100), "The load that is aimed at."),
                F("polling_interval", Integer(1), "Seconds between two looks.")])
            { Rules = [Rule.NotAbove("min_instances", "max_instances")] },
        },
        _ => null);

    private static ObjectShape Collector() => new("a data collector", [
        F("sampling_rate", Number(0, 1), "The share of requests that is collected."),
        F("rolling_rate", Choice("minute", "hour", "day", "month", "year"), "How often a file begins."),
        F("request_logging", Object("request logging", F("capture_headers", TextList, "Headers that are kept.")), "What is kept of requests."),
        Required(
            "collections",
            Map(Object(
                "a collection",
                F("enabled", Flag, "Whether it is collected."),
                F("sampling_rate", Number(0, 1), "The share that is collected."),
                F(
                    "data",
                    Object("a collection's data asset", F("name", Text, "Its name."), F("path", Reference(ReferenceUse.Output), "Its place."), F("version", Text, "Its version.")),
                    "Where it goes."))),
            "What is collected, by name.")])
    {
        Rules =
        [
            new Rule((map, path, check) =>
            {
                if (map.Map("collections") is { Entries.Count: > 5 } collections)
                    check.Refuse(collections, Shape.Join(path, "collections"), $"These are {collections.Entries.Count} collections; at most 5 are allowed.");
            }),
        ],
    };
}
