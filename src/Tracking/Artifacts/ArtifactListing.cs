using System.Text.Json;

namespace Slipway.Tracking.Artifacts;

/// <summary>The JSON of a folder's files.</summary>
internal static class ArtifactListing
{
    /// <param name="folder">What stands in front of the names.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ArtifactRow> rows, ArtifactPath folder)
    {
        if (rows.Count == 0)
            return;
        json.WriteStartArray("files");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("path", folder.IsRoot ? row.Name : $"{folder}/{row.Name}");
            json.WriteBoolean("is_dir", row.IsFolder);
            if (!row.IsFolder)
                json.WriteNumber("file_size", row.Size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
