using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Planning;

namespace Slipway.Jobs.Compute;

/// <summary>What a command wants to run in, as its definition says it.</summary>
internal sealed record TaskEnvironment
{
    public string? Image { get; init; }

    /// <summary>The tree of the folder that the image is built from; null: it is not built.</summary>
    public Digest? BuildTree { get; init; }

    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>The conda file: its path once the step is laid out, or its content.</summary>
    public JsonNode? Conda { get; init; }

    public bool WantsImage => Image is not null || BuildTree is not null;

    /// <param name="settings">The step's settings; with files laid out, the conda file is a path.</param>
    public static TaskEnvironment Of(PlannedStep step, JsonObject settings)
    {
        if ((settings["environment"] ?? settings["task"]?["environment"]) is not JsonObject given)
            return new TaskEnvironment();

        var build = given["build"] as JsonObject;
        return new TaskEnvironment
        {
            Image = Text(given["image"]),
            BuildTree = step.Files.Where(file => file.Key.EndsWith("environment.build.path", StringComparison.Ordinal)).Select(file => (Digest?)file.Value.Tree).FirstOrDefault(),
            Dockerfile = Text(build?["dockerfile_path"]) ?? "Dockerfile",
            Conda = given["conda_file"],
        };
    }

    private static string? Text(JsonNode? value) => value?.ToString() is { Length: > 0 } text ? text : null;
}
