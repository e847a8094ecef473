using System.Text.RegularExpressions;
using Slipway.Jobs.Definitions.Yaml;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Fields that many kinds share.</summary>
internal static partial class CommonTables
{
    public static Shape AssetNameText { get; } =
        Matching(AssetNamePattern(), "a name of 1 to 255 letters, digits, '-', '_' and '.', not beginning with '-' or '.'");

    public static Shape VersionText { get; } =
        Matching(AssetNamePattern(), "a version of letters, digits, '-', '_' and '.'");

    public static Shape JobNameText { get; } = Matching(JobNamePattern(), "a name of letters, digits, '-' and '_'");

    public static Shape EndpointNameText { get; } =
        Matching(EndpointNamePattern(), "a name of 3 to 32 letters, digits and '-', a letter first and no '-' last");

    public static KeyRule ParameterNames { get; } =
        new(ParameterPattern(), "letters, digits and '_', not beginning with a digit")
        {
            Reserved = ["path", "ld_library_path", "user", "logname", "home", "pwd", "shell"],
            IgnoresCase = true,
        };

    public static KeyRule StepNames { get; } = new(StepPattern(), "letters, digits, '_' and '-', a letter first") { IgnoresCase = true };

    public static Field Schema { get; } = F("$schema", Text, "A hint for editors; it is never fetched.");

    public static Field Description { get; } = F("description", Text, "What it is; may be Markdown.");

    public static Field Tags { get; } = F("tags", TextMap, "Free words by name.");

    public static Field Properties { get; } = F("properties", TextMap, "Free words by name that do not change later.");

    public static Field DisplayName { get; } = F("display_name", Text, "A name for people; need not be unique.");

    public static Field EnvironmentVariables { get; } =
        F("environment_variables", TextMap, "Variables for the process, as written.");

    public static Field QueueSettings { get; } = F(
        "queue_settings",
        Object(
            "queue settings",
            F("job_tier", Choice("spot", "basic", "standard", "premium", "null"), "How urgent the machine is."),
            F("priority", Choice("low", "medium", "high"), "How urgent the job is.")),
        "How the job waits for a machine.");

    public static Field Services { get; } = F(
        "services",
        Map(new ObjectShape("a service", [
            new Field("type", Choice("vs_code", "jupyter_lab", "tensor_board", "ssh", "custom"), "What is served.") { Aliases = ["job_service_type"] },
            F("nodes", Text, "all, or the machine that it runs on."),
            F("log_dir", Text, "What a TensorBoard shows."),
            F("ssh_public_keys", Text, "Whom ssh lets in."),
            F("port", Integer(1, 65535), "Where it listens."),
            F("properties", Map(Any), "More properties.")])
        { Unknown = UnknownKeys.TyposRefused }),
        "Interactive services; accepted and without effect.");

    public static Field AdditionalIncludes { get; } = F(
        "additional_includes", OneOrMore(Reference(ReferenceUse.File)), "More files and folders, which are put beside the code under their own names.");

    /// <summary>What is included lies side by side, so that no two may have one name.</summary>
    public static Rule IncludedNames { get; } = new((map, path, check) =>
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in (map["additional_includes"] as YamlList)?.Items.OfType<YamlScalar>() ?? [])
        {
            var name = LocalPaths.Normalize(item.Text).Split('/')[^1];
            if (name is "" or "." or "..")
                check.Refuse(item, Shape.Join(path, "additional_includes"), $"'{item.Text}' has no name of its own that it could have beside the code; name the folder from outside of it.");
            else if (!seen.Add(name))
                check.Refuse(item, Shape.Join(path, "additional_includes"), $"Two of these are called '{name}', and both would lie beside the code; rename one.");
        }
    });

    public static Field Identity { get; } = F(
        "identity",
        Object(
            "an identity",
            F("type", new ChoiceShape("user_identity", "aml_token", "managed", "managed_identity", "system_assigned", "user_assigned"), "As whom the job runs."),
            F("client_id", Text, "The client id of a managed identity."),
            F("object_id", Text, "The object id of a managed identity."),
            F("msi_resource_id", Text, "The resource id of a managed identity."),
            F("user_assigned_identities", List(Any), "The identities that are assigned.")),
        "As whom it runs.");

    public static Field Compute(ExpressionScope scope) =>
        F("compute", Reference(ReferenceUse.Compute, scope), "Where it runs: local, serverless, or a compute's name.");

    public static Field Resources(ExpressionScope scope) => F(
        "resources",
        new ObjectShape("resources", [
            F("instance_count", Integer(1, null, scope), "How many machines."),
            F("instance_type", TextWith(scope), "Which machines."),
            F("shm_size", new TextShape { Scope = scope, Pattern = ShmPattern(), Explanation = "a number with b, k, m or g" }, "Shared memory."),
            F("docker_args", Text, "More arguments of the container."),
            F("locations", TextList, "Where the machines may stand."),
            F("max_instance_count", Integer(1, null, scope), "How many machines at most."),
            F("properties", Map(Any), "More properties of the machines.")])
        { Unknown = UnknownKeys.TyposRefused },
        "Which machines, and how many.");

    public static Field Timeout(ExpressionScope scope) => F(
        "limits",
        Object("limits", F("timeout", Integer(1, null, scope), "Seconds after which it is cancelled.")),
        "When it is ended.");

    public static Field Distribution(ExpressionScope scope)
    {
        var perInstance = F("process_count_per_instance", Integer(1, null, scope), "Processes on each machine.");
        ObjectShape Kind(string name, params Field[] fields) =>
            new($"{name} distribution", [F("type", Choice(name), "The kind."), .. fields]) { Unknown = UnknownKeys.TyposRefused };

        return F(
            "distribution",
            new VariantShape(
                "a distribution",
                "type",
                new Dictionary<string, ObjectShape>
                {
                    ["pytorch"] = Kind("pytorch", perInstance),
                    ["tensorflow"] = Kind(
                        "tensorflow",
                        F("worker_count", Integer(1, null, scope), "Workers."),
                        F("parameter_server_count", Integer(0, null, scope), "Parameter servers.")),
                    ["mpi"] = Kind("mpi", perInstance),
                    ["ray"] = Kind(
                        "ray",
                        F("port", Integer(1, 65535), "The head's port."),
                        F("address", Text, "The head's address."),
                        F("include_dashboard", Flag, "Whether the dashboard runs."),
                        F("dashboard_port", Integer(1, 65535), "The dashboard's port."),
                        F("head_node_additional_args", Text, "More arguments of the head."),
                        F("worker_node_additional_args", Text, "More arguments of the workers.")),
                },
                _ => null),
            "How the processes of one job find each other.");
    }


    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\z")]
    public static partial Regex AssetNamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_-]{0,254}\z")]
    private static partial Regex JobNamePattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{1,30}[A-Za-z0-9]\z")]
    private static partial Regex EndpointNamePattern();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]*\z")]
    private static partial Regex ParameterPattern();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]*\z")]
    private static partial Regex StepPattern();

    [GeneratedRegex(@"\A[0-9]+(\.[0-9]+)?[bkmgBKMG]?\z")]
    private static partial Regex ShmPattern();
}
