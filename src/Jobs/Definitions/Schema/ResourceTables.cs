using System.Text.RegularExpressions;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Computes, connections, workspaces, registries.</summary>
internal static partial class ResourceTables
{
    private static readonly Field s_identity = F(
        "identity",
        Object(
            "an identity",
            F("type", Choice("system_assigned", "user_assigned", "none"), "Whose it is."),
            F("user_assigned_identities", List(Any), "The identities that are assigned."),
            F("tenant_id", Text, "The tenant."),
            F("principal_id", Text, "The principal.")),
        "As whom it acts.");

    private static readonly Field s_ssh = F(
        "ssh_settings",
        Object(
            "ssh settings",
            F("admin_username", Text, "The user."),
            F("admin_password", Text, "The password."),
            F("ssh_key_value", Text, "The public key."),
            F("ssh_private_key_file", Text, "The file of the private key."),
            F("ssh_port", Integer(1, 65535), "The port.")),
        "Signing in by ssh.");

    private static readonly Field s_resourceId = Required("resource_id", Text, "The resource that is attached.");

    public static VariantShape Compute { get; } = new(
        "a compute",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["amlcompute"] = new("a compute cluster", [
                .. Common("amlcompute"),
                F("size", Text, "The size of the machines."),
                F("min_instances", Integer(0), "Machines at least."),
                F("max_instances", Integer(0), "Machines at most."),
                F("idle_time_before_scale_down", Integer(0), "Seconds before an idle machine is given back."),
                F("tier", Choice("dedicated", "low_priority"), "Whether machines may be taken away."),
                F("ssh_public_access_enabled", Flag, "Whether ssh is open to the world."),
                s_ssh,
                F("network_settings", Object("network settings", F("vnet_name", Text, "The network."), F("subnet", Text, "Its part.")), "The network."),
                F("enable_node_public_ip", Flag, "Whether machines have public addresses.")])
            { Rules = [Rule.NotAbove("min_instances", "max_instances")] },
            ["computeinstance"] = new("a compute instance", [
                .. Common("computeinstance"),
                F("size", Text, "The size of the machine."),
                F("ssh_public_access_enabled", Flag, "Whether ssh is open to the world."),
                s_ssh,
                F("create_on_behalf_of", Map(Any), "Whose it is."),
                F("network_settings", Map(Any), "The network."),
                F("enable_node_public_ip", Flag, "Whether it has a public address."),
                F("schedules", Map(Any), "When it starts and stops."),
                F("idle_time_before_shutdown", Text, "How long it may idle."),
                F("idle_time_before_shutdown_minutes", Integer(1), "Minutes that it may idle."),
                F("setup_scripts", Map(Any), "What is run at its start.")]),
            ["virtualmachine"] = new("an attached virtual machine", [.. Common("virtualmachine"), s_resourceId, s_ssh]),
            ["kubernetes"] = new("an attached Kubernetes", [
                .. Common("kubernetes"),
                s_resourceId,
                F("namespace", Text, "The namespace.")]),
            ["synapsespark"] = new("an attached Spark pool", [.. Common("synapsespark"), s_resourceId]),
        },
        _ => null);

    private static readonly ChoiceShape s_connectionType = new(
        "s3", "azure_blob", "azure_data_lake_gen_2", "azure_one_lake", "postgres", "sqlite", "azure_postgres_db", "azure_sql_db", "azure_my_sql_db",
        "azure_synapse_analytics", "snowflake", "git", "python_feed", "container_registry", "feature_store", "generic", "custom", "api_key",
        "azure_open_ai", "azure_ai_services", "azure_ai_search", "azure_content_safety", "azure_speech_services", "cognitive_search",
        "cognitive_service", "open_ai", "serp", "serverless");

    private static readonly VariantShape s_credentials = new(
        "credentials",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["username_password"] = Signing("username_password", "username", "password"),
            ["access_key"] = Signing("access_key", "access_key_id", "secret_access_key", "session_token"),
            ["account_key"] = Signing("account_key", "account_key"),
            ["sas"] = Signing("sas", "sas_token"),
            ["pat"] = Signing("pat", "pat"),
            ["api_key"] = Signing("api_key", "key"),
            ["service_principal"] = Signing("service_principal", "tenant_id", "client_id", "client_secret", "authority_url"),
            ["managed_identity"] = Signing("managed_identity", "client_id", "resource_id"),
            ["custom"] = new("custom credentials", [F("type", Choice("custom"), "The kind.")]) { Others = Text },
            ["none"] = Signing("none"),
        },
        _ => null);

    public static ObjectShape Connection { get; } = Object(
        "a connection",
        CommonTables.Schema,
        Required("name", CommonTables.AssetNameText, "The name of the connection."),
        Required("type", s_connectionType, "The kind of system."),
        F("target", Text, "The address."),
        F("credentials", s_credentials, "How to sign in."),
        F("metadata", Map(Any), "Words about it."),
        CommonTables.Description,
        CommonTables.Tags);

    public static ObjectShape Workspace { get; } = Object(
        "a workspace",
        CommonTables.Schema,
        Required("name", Text, "The name of the workspace."),
        F("location", Text, "Where it is."),
        CommonTables.DisplayName,
        CommonTables.Description,
        CommonTables.Tags,
        F("hbi_workspace", Flag, "Whether its data matters much to the business."),
        F("storage_account", Text, "Its storage."),
        F("key_vault", Text, "Its vault."),
        F("application_insights", Text, "Its telemetry."),
        F("container_registry", Text, "Its images."),
        F("image_build_compute", Text, "Where images are built."),
        F("public_network_access", Choice("enabled", "disabled"), "Whether it is open to the world."),
        F("customer_managed_key", Map(Any), "The key that encrypts it."),
        F("managed_network", Map(Any), "Its network."),
        s_identity,
        F("primary_user_assigned_identity", Text, "Its first identity."),
        F("resource_group", Text, "Its resource group."));

    public static ObjectShape Registry { get; } = Object(
        "a registry",
        CommonTables.Schema,
        Required("name", Text, "The name of the registry."),
        F("location", Text, "Where it is."),
        F("replication_locations", List(Map(Any)), "Where copies are."),
        F("public_network_access", Choice("enabled", "disabled"), "Whether it is open to the world."),
        F("intellectual_property_publisher", Text, "Who publishes."),
        CommonTables.Description,
        CommonTables.Tags);

    private static ObjectShape Signing(string kind, params string[] parts) => new(
        $"{kind} credentials", [F("type", Choice(kind), "The kind."), .. parts.Select(part => F(part, Text, $"The {part.Replace('_', ' ')}."))]);

    private static Field[] Common(string type) =>
    [
        CommonTables.Schema,
        Required("name", Matching(NamePattern(), "a name of 2 to 32 letters, digits and '-', a letter first"), "The name of the compute."),
        F("type", Choice(type), "The kind of compute."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
        F("location", Text, "Where it is."),
        s_identity,
    ];

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{1,31}\z")]
    private static partial Regex NamePattern();
}
