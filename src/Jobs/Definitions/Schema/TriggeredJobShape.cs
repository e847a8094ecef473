using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>What a schedule's <c>create_job</c> says: which job, and what is to be different; or, without <c>job</c>, the job itself.</summary>
/// <param name="different">The fields beside <c>job</c>; their inputs and outputs may hold what is known when the schedule fires.</param>
internal sealed class TriggeredJobShape(JobTables jobs, ObjectShape different) : Shape
{
    private static readonly string[] s_ports = ["inputs", "outputs"];

    public override string Expected => different.Expected;

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is not YamlMap map || map["job"] is not null)
        {
            different.Check(node, path, check);
            return;
        }

        different.Check(Of(map, isPort: true), path, check);
        jobs.Job.Check(Of(map, isPort: false), path, check);
    }

    public override JsonNode? Json(YamlNode node) => different.Json(node);

    public override JsonObject Export(SchemaExport export) => export.Of(different);

    private static YamlMap Of(YamlMap map, bool isPort) => new(map.Place, [.. map.Entries.Where(entry => s_ports.Contains(entry.Key) == isPort)]);
}
