using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>The list of a folder's files that DVC keeps as ab/cdef….dir: JSON as Python writes it, sorted by path.</summary>
internal static class DvcFolder
{
    public static IReadOnlyList<(string Path, string Md5)> Read(string file)
    {
        try
        {
            return [.. JsonNode.Parse(File.ReadAllBytes(file))!.AsArray().Select(entry => ((string)entry!["relpath"]!, (string)entry["md5"]!))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            throw new SlipwayException(ErrorCode.Corrupt, $"'{file}' is no list of files as DVC keeps it: {exception.Message}", exception);
        }
    }

    /// <summary>Its MD5 is the folder's, so every space counts.</summary>
    public static byte[] Write(IEnumerable<(string Path, string Md5)> files)
    {
        var entries = files.OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => $$"""{"md5": "{{file.Md5}}", "relpath": {{Quoted(file.Path)}}}""");
        return Encoding.ASCII.GetBytes("[" + string.Join(", ", entries) + "]");
    }

    // json.dumps leaves ASCII as it is but for the quote, the backslash and what is not printed.
    private static string Quoted(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
        {
            json.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                '\b' => @"\b",
                '\f' => @"\f",
                < ' ' or > '~' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return json.Append('"').ToString();
    }
}
