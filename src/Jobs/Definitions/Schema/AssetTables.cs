using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Data, models, and what brings data here.</summary>
internal static class AssetTables
{
    private static readonly Field s_autoDelete = F(
        "auto_delete_setting",
        Object(
            "an auto-delete setting",
            F("condition", Choice("created_greater_than", "last_accessed_greater_than"), "What is measured."),
            F("value", Text, "After how long: 30d.")),
        "When versions are deleted by themselves.");

    public static ObjectShape Data { get; } = new("a data asset", [
        .. Named("data asset"),
        F("type", new ChoiceShape("uri_folder", "uri_file", "mltable"), "The type; uri_folder when absent."),
        Required("path", Reference(ReferenceUse.Data), "Where the content is."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where a local path is uploaded to."),
        s_autoDelete]);

    public static ObjectShape Model { get; } = new("a model", [
        .. Named("model"),
        F("type", new ChoiceShape("custom_model", "mlflow_model", "triton_model"), "The type; custom_model when absent."),
        Required("path", Reference(ReferenceUse.Model), "Where the content is."),
        F("flavors", Map(Any), "The flavors of an MLflow model."),
        F("stage", Text, "Development, Production, Archived, or a word of your own."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where a local path is uploaded to.")]);

    public static ObjectShape DataImport { get; } = new("a data import", [
        .. Named("data asset"),
        F("type", Choice("mltable", "uri_folder"), "mltable from a database, uri_folder from a file system."),
        F("path", Reference(ReferenceUse.Output, ExpressionScope.Server), "Where the content is put."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where the content is put."),
        Required(
            "source",
            new VariantShape(
                "a source",
                "type",
                new Dictionary<string, ObjectShape>
                {
                    ["database"] = new("a database source", [
                        F("type", Choice("database"), "The kind of source."),
                        F("query", Text, "The query."),
                        F("stored_procedure", Text, "The procedure."),
                        F("stored_procedure_params", List(Any), "Its parameters."),
                        Required("connection", Reference(ReferenceUse.Connection), "The connection.")])
                    { Rules = [Rule.ExactlyOne("query", "stored_procedure")] },
                    ["file_system"] = Object(
                        "a file system source",
                        F("type", Choice("file_system"), "The kind of source."),
                        Required("path", Text, "The path there."),
                        Required("connection", Reference(ReferenceUse.Connection), "The connection.")),
                },
                _ => null),
            "Where the content is from."),
        s_autoDelete]);

    public static Field[] Named(string noun) =>
    [
        CommonTables.Schema,
        Required("name", CommonTables.AssetNameText, $"The name of the {noun}."),
        F("version", CommonTables.VersionText, "The version; the next one when absent."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
    ];
}
