using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;

namespace Slipway.Storage.Jobs;

public abstract class JobContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    protected override IEnumerable<IMigrations> Modules =>
        [new EmbeddedMigrations("jobs", typeof(Slipway.Jobs.JobsModule).Assembly)];

    internal Neighbours Neighbours => field ??= new Neighbours(Content);

    internal TestKind Good { get; } = new("good", (_, _) => Task.CompletedTask);

    internal TestKind Bad { get; } = new("bad", (_, _) => throw SlipwayException.Invalid("The water is out."));

    protected ContentStore Content => field ??= new ContentStore(new LocalBlobStore(Folder), new BlobCache(Path.Combine(Folder, "cache"), 1L << 40, TimeProvider.System));

    internal Task<JobHost> StartAsync(params TestKind[] kinds) => StartAsync(new HostSettings(), kinds);

    internal async Task<JobHost> StartAsync(HostSettings settings, params TestKind[] kinds)
    {
        var host = new JobHost(Database, Folder, Content, Neighbours, kinds, settings);
        await host.Worker.StartAsync(Ct);
        return host;
    }

    protected async Task<Digest> PutAsync(params (string Path, string Text)[] files)
    {
        var entries = new List<TreeEntry>();
        foreach (var (path, text) in files)
        {
            var blob = await Content.PutBytesAsync(Encoding.UTF8.GetBytes(text), Ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        return (await Content.PutTreeAsync(entries, Ct)).Digest;
    }
}
