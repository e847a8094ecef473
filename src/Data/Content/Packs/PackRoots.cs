using System.Runtime.CompilerServices;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>A pack is kept while the table names it: its contents come and go by themselves.</summary>
internal sealed class PackRoots(PackIndex index) : IContentRoots
{
    public string Name => "packs";

    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var pack in await index.PacksAsync(ct))
            yield return new ContentRoot(pack, RootKind.Blob, WorkspaceName.Default, $"pack:{pack}", "small contents are packed in it");
    }
}
