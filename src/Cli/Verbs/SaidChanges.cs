using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary><c>--set</c> of the verbs that change what is said of a thing: one text, and tags.</summary>
internal static class SaidChanges
{
    /// <param name="text">The text's name as az ml spells it.</param>
    /// <param name="field">Its name on the wire.</param>
    public static JsonObject Read(IEnumerable<string> edits, string text, string field)
    {
        var changes = new JsonObject();
        var tags = new JsonObject();
        foreach (var edit in edits)
        {
            switch (edit.Split('=', 2))
            {
                case [var path, var value] when path == text:
                    changes[field] = value;
                    break;
                case [var path, var value] when path.StartsWith("tags.", StringComparison.Ordinal) && path.Length > "tags.".Length:
                    tags[path["tags.".Length..]] = value.Length == 0 ? null : value;
                    break;
                default:
                    throw SlipwayException.Invalid($"--set: '{edit}' changes nothing here; write {text}=TEXT or tags.KEY=VALUE.");
            }
        }

        changes["tags"] = tags;
        return changes;
    }
}
