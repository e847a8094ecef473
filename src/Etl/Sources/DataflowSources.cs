using Slipway.Etl.Dataflows;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>Opens the source that a dataflow names.</summary>
internal sealed class DataflowSources(IEnumerable<ISourceKind> kinds)
{
    private readonly Dictionary<string, ISourceKind> _kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public Task<DataflowSource> OpenAsync(
        StepContext step, DataWindow? window, IReadOnlyDictionary<string, string> declared, CancellationToken ct)
    {
        var map = SettingMap.Require(step.Settings, "source", ["type", .. _kinds.Values.SelectMany(kind => kind.Fields).Distinct()]);
        var type = map.Require("type", $"one of {string.Join(", ", _kinds.Keys)}");
        if (!_kinds.TryGetValue(type, out var kind))
            throw SlipwayException.Invalid($"'{type}' is no type of source.{Nearest.Hint(type, _kinds.Keys)} Known: {string.Join(", ", _kinds.Keys)}.");
        map = SettingMap.Require(step.Settings, "source", ["type", .. kind.Fields]);
        return kind.OpenAsync(new SourceRequest(step, map, window, declared), ct);
    }

    /// <summary>The engine's complaint about a source, with the names that its files have there.</summary>
    public static T Reading<T>(DataflowSource source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            var message = EngineMessage.ExplainFile(exception.Message, source.Table.Names);
            throw new SlipwayException(ErrorCode.EngineFailed, $"The source {source.Name} cannot be read ({source.Type}): {message}", exception);
        }
    }
}
