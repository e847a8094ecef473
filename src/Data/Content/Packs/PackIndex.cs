using System.Data;
using System.Globalization;
using System.Text;

namespace Slipway.Data;

/// <summary>The SQL of tables content_packs and packed_contents.</summary>
internal sealed class PackIndex(Database database)
{
    private const int Chunk = 2000, RowsPerStatement = 500;

    // As TarHeader.SizeOf
    private const string Taken = "((c.size + 511) / 512 + 1) * 512";

    private readonly Dialect _dialect = database.Dialect;

    public Task<PackedPlace?> FindAsync(Digest digest, CancellationToken ct) => database.FindAsync<PackedPlace>(
        """
        select p.digest as pack, c.start, c.size
        from packed_contents c join content_packs p on p.no = c.pack
        where c.digest = @Digest
        """,
        new { Digest = digest.ToString() },
        ct);

    /// <summary>The sizes of those that are packed.</summary>
    public async Task<Dictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        var sizes = new Dictionary<Digest, long>();
        await using var connection = await database.OpenAsync(ct);
        foreach (var chunk in digests.Chunk(Chunk))
        {
            var rows = await connection.QueryAsync<PackedSize>(
                $"select digest, size from packed_contents where {_dialect.AnyOfMany("digest", "@Digests")}",
                new { Digests = _dialect.Many(chunk.Select(digest => digest.ToString())) },
                ct);
            foreach (var row in rows)
                sizes[Digest.Parse(row.Digest)] = row.Size;
        }

        return sizes;
    }

    public async Task<IReadOnlyList<Blob>> ListAsync(string after, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<PackedSize>(
            "select digest, size from packed_contents where digest > @After order by digest limit @Limit", new { After = after, Limit = limit }, ct);
        return [.. rows.Select(row => new Blob(Digest.Parse(row.Digest), row.Size))];
    }

    /// <summary>The packs themselves, which are contents, too.</summary>
    public async Task<IReadOnlySet<Digest>> PacksAsync(CancellationToken ct) =>
        (await database.QueryAsync<string>("select digest from content_packs", null, ct)).Select(Digest.Parse).ToHashSet();

    /// <summary>Contents that stand in another pack already keep their place there.</summary>
    public Task AddAsync(Blob pack, IReadOnlyList<PackedContent> contents, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        async (tx, token) =>
        {
            var no = await AddPackAsync(tx, pack, token);
            foreach (var chunk in contents.Chunk(RowsPerStatement))
                await tx.ExecuteAsync(Insert(chunk), new { Pack = no }, token);
        },
        ct);

    /// <summary>Forgets them; those that stood here.</summary>
    public Task<IReadOnlyList<string>> RemoveAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        async (tx, token) =>
        {
            var removed = new List<string>();
            foreach (var chunk in digests.Chunk(Chunk))
            {
                removed.AddRange(await tx.QueryAsync<string>(
                    $"delete from packed_contents where {_dialect.AnyOfMany("digest", "@Digests")} returning digest",
                    new { Digests = _dialect.Many(chunk.Select(digest => digest.ToString())) },
                    token));
            }

            return (IReadOnlyList<string>)removed;
        },
        ct);

    /// <summary>Packs of which less than half is still wanted.</summary>
    public Task<IReadOnlyList<SparsePack>> SparseAsync(CancellationToken ct) => database.QueryAsync<SparsePack>(
        $"""
         select p.no, p.digest
         from content_packs p left join packed_contents c on c.pack = p.no
         group by p.no, p.digest, p.size
         having coalesce(sum({Taken}), 0) * 2 < p.size
         order by p.no
         """,
        null,
        ct);

    public async Task<IReadOnlyList<PackedContent>> ContentsAsync(long pack, CancellationToken ct)
    {
        var rows = await database.QueryAsync<PackedRow>(
            "select digest, start, size from packed_contents where pack = @Pack order by start", new { Pack = pack }, ct);
        return [.. rows.Select(row => new PackedContent(Digest.Parse(row.Digest), row.Start, row.Size))];
    }

    /// <summary>Lets contents of some packs stand in another one from now on; what was removed meanwhile stays removed.</summary>
    public Task MoveAsync(IReadOnlyCollection<long> from, Blob to, IReadOnlyList<PackedContent> contents, CancellationToken ct) =>
        database.WriteAsync(
            async (tx, token) =>
            {
                var no = await AddPackAsync(tx, to, token);
                await tx.ExecuteAsync(
                    $"update packed_contents set pack = @To, start = @Start where digest = @Digest and {_dialect.AnyOf("pack", "@From")}",
                    contents.Select(content => new { To = no, content.Start, Digest = content.Digest.ToString(), From = from.ToArray() }).ToList(),
                    token);
            },
            ct);

    /// <summary>Forgets those of the packs that hold nothing any more: the collector takes what nothing refers to.</summary>
    public Task ForgetEmptyAsync(IReadOnlyCollection<long> packs, CancellationToken ct) => database.ExecuteAsync(
        $"""
         delete from content_packs
         where {_dialect.AnyOf("no", "@Packs")} and not exists (select 1 from packed_contents c where c.pack = content_packs.no)
         """,
        new { Packs = packs.ToArray() },
        ct);

    private static Task<long> AddPackAsync(System.Data.Common.DbTransaction tx, Blob pack, CancellationToken ct) => tx.FindAsync<long>(
        "insert into content_packs (digest, size) values (@Digest, @Size) on conflict (digest) do update set size = excluded.size returning no",
        new { Digest = pack.Digest.ToString(), pack.Size },
        ct);

    // A row costs a fifth of what it does as a statement of its own. Digests and numbers need no quoting.
    private static string Insert(IEnumerable<PackedContent> contents)
    {
        var sql = new StringBuilder("insert into packed_contents (digest, pack, start, size) values ");
        foreach (var content in contents)
            sql.Append(CultureInfo.InvariantCulture, $"('{content.Digest}',@Pack,{content.Start},{content.Size}),");
        sql.Length--;
        return sql.Append(" on conflict (digest) do nothing").ToString();
    }

    private sealed record PackedSize
    {
        public required string Digest { get; init; }

        public required long Size { get; init; }
    }

    private sealed record PackedRow
    {
        public required string Digest { get; init; }

        public required long Start { get; init; }

        public required long Size { get; init; }
    }
}

/// <summary>The pack that a content stands in, and where.</summary>
internal sealed record PackedPlace
{
    public required string Pack { get; init; }

    public required long Start { get; init; }

    public required long Size { get; init; }
}

/// <summary>A pack that is mostly waste.</summary>
internal sealed record SparsePack
{
    public required long No { get; init; }

    public required string Digest { get; init; }
}
