using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>What an entry is; the first three are the parts of a batch.</summary>
internal enum LogEntryKind
{
    Metric,
    Param,
    Tag,
    Mark,
}

/// <summary>One point, param or tag, or the mark of a flush.</summary>
internal readonly record struct LogEntry(LogEntryKind Kind, JsonObject? Json, TaskCompletionSource? Mark = null, int Bytes = 0);

/// <summary>What goes to the server in one request.</summary>
internal sealed class LogBatch
{
    // The server's limits.
    private const int MostEntries = 1000, MostTexts = 100, MostBytes = 900_000;

    private readonly List<JsonObject>[] _parts = [[], [], []];
    private TaskCompletionSource? _mark;
    private int _bytes;

    public int Count => _parts.Sum(part => part.Count);

    public bool IsFull => Count >= MostEntries || Math.Max(_parts[1].Count, _parts[2].Count) >= MostTexts || _bytes >= MostBytes;

    /// <summary>True when the batch has to go at once.</summary>
    public bool Add(LogEntry entry)
    {
        if (entry.Kind == LogEntryKind.Mark)
        {
            _mark = entry.Mark;
            return true;
        }

        // The server refuses a batch that names a param twice, even of one value.
        var part = _parts[(int)entry.Kind];
        if (entry.Kind == LogEntryKind.Param && part.Any(other => JsonNode.DeepEquals(other, entry.Json)))
            return false;
        part.Add(entry.Json!);
        _bytes += entry.Bytes;
        return false;
    }

    public JsonObject ToJson(string runId) => new()
    {
        ["run_id"] = runId,
        ["metrics"] = Copy(LogEntryKind.Metric),
        ["params"] = Copy(LogEntryKind.Param),
        ["tags"] = Copy(LogEntryKind.Tag),
    };

    public void Delivered()
    {
        foreach (var part in _parts)
            part.Clear();
        _bytes = 0;
        _mark?.TrySetResult();
        _mark = null;
    }

    public void Failed(Exception failure) => _mark?.TrySetException(failure);

    private JsonArray Copy(LogEntryKind part) => [.. _parts[(int)part].Select(entry => entry.DeepClone())];
}
