using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Environments: assets, and inline in jobs.</summary>
internal static class EnvironmentTable
{
    private static readonly ObjectShape s_route = Object(
        "a route",
        Required("path", Text, "The path."),
        Required("port", Integer(1, 65535), "The port."));

    private static readonly ObjectShape s_conda = new("a conda file's content", [
        F("name", Text, "A name for people."),
        F("channels", TextList, "Where packages come from."),
        Required("dependencies", List(new EitherShape(Text, Map(TextList))), "The packages; those of pip in a list below 'pip'."),
        F("variables", TextMap, "Variables for the process."),
        F("prefix", Text, "Not used.")])
    { Unknown = UnknownKeys.TyposRefused };

    /// <summary>A conda file by itself, or MLflow's python_env.yaml.</summary>
    public static ObjectShape Conda { get; } = s_conda.With(
        F("python", Text, "The version of Python."),
        F("build_dependencies", TextList, "What is needed to install the packages."));

    private static readonly Field[] s_fields =
    [
        F("image", Text, "The container image."),
        F(
            "build",
            Object(
                "a build",
                new Field("path", Reference(ReferenceUse.BuildContext), "The folder that is built.") { Required = true, Aliases = ["local_path"] },
                F("dockerfile_path", Text, "The Dockerfile in that folder.")),
            "How the image is built."),
        F("conda_file", new EitherShape(Reference(ReferenceUse.File), s_conda), "Packages to install: a conda file, or its content."),
        F("os_type", Choice("linux", "windows"), "The system of the image."),
        F(
            "inference_config",
            Object(
                "an inference configuration",
                F("liveness_route", s_route, "Asked whether the server lives."),
                F("readiness_route", s_route, "Asked whether the server is ready."),
                F("scoring_route", s_route, "Where requests go.")),
            "The routes of an image that serves by itself."),
        F("datastore", Reference(ReferenceUse.Datastore), "Where the build context is uploaded to."),
        CommonTables.Description,
        CommonTables.Tags,
        CommonTables.Properties,
    ];

    private static readonly Rule[] s_rules = [Rule.ExactlyOne("image", "build"), Rule.Needs("conda_file", "image")];

    public static ObjectShape Asset { get; } = new("an environment", [
        CommonTables.Schema,
        Required("name", CommonTables.AssetNameText, "The name of the environment."),
        F("version", CommonTables.VersionText, "The version; the next one when absent."),
        .. s_fields])
    {
        Rules = s_rules,
        Mistaken = map => map["dependencies"] is null && map["channels"] is null ? null
            : "This looks like a conda file, which is only a part of an environment: write a file with 'name', 'image' and "
              + $"'conda_file: {Path.GetFileName(map.Place.Source)}'.",
    };

    public static ObjectShape Inline { get; } = new("an inline environment", [
        CommonTables.Schema,
        F("name", Text, "A name for people."),
        F("version", Text, "A version for people."),
        .. s_fields])
    {
        Rules = s_rules,
        Unknown = UnknownKeys.TyposRefused,
    };

    public static Field InJob(ExpressionScope scope) => F(
        "environment",
        new EitherShape(Reference(ReferenceUse.Environment, scope), Inline),
        "What the process runs in: an environment's reference, a file, or an image.");
}
