using System.Text;
using Slipway.Data;

namespace Slipway.Jobs.Operations;

/// <summary>Reads the component and environment files that came with a job.</summary>
internal sealed class JobFiles(ContentStore content)
{
    private const int LargestDefinition = 4 * 1024 * 1024;

    public async Task<Dictionary<string, string?>> ReadDefinitionsAsync(
        IReadOnlyDictionary<string, Digest> files, CancellationToken ct)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, digest) in files)
        {
            var tree = await content.KeepTreeAsync(digest, ct);
            if (tree.Entries is [{ Size: <= LargestDefinition } only] && only.Path == Path.GetFileName(key) && IsDefinition(key))
                texts[key] = Encoding.UTF8.GetString(await content.ReadAllAsync(only.Digest, ct));
        }

        return texts;
    }

    private static bool IsDefinition(string key) => Path.GetExtension(key).ToLowerInvariant() is ".yml" or ".yaml" or ".yml_";
}
