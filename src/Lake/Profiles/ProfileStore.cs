using Slipway.Data;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Profiles as rows, by the digest of what they describe.</summary>
internal sealed class ProfileStore(Database database, TimeProvider time)
{
    // To be raised when a profile of the same content would come out otherwise than before.
    private const int Revision = 1;

    public async Task<TableProfile?> FindAsync(Digest digest, CancellationToken ct)
    {
        var row = await database.FindAsync<Row>(
            "select profile as Profile from data_profiles where digest = @Digest and revision = @Revision",
            new { Digest = digest.ToString(), Revision },
            ct);
        try
        {
            return row is null ? null : TableProfile.FromBytes(row.Profile);
        }
        catch (InvalidDataException)
        {
            // A cache may be rebuilt: what cannot be read was never there.
            return null;
        }
    }

    public Task SaveAsync(Digest digest, TableProfile profile, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into data_profiles (digest, revision, profile, created_at)
        values (@Digest, @Revision, @Profile, @CreatedAt)
        on conflict (digest, revision) do update set profile = excluded.profile, created_at = excluded.created_at
        """,
        new { Digest = digest.ToString(), Revision, Profile = profile.ToBytes(), CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds() },
        ct);

    private sealed record Row
    {
        public required byte[] Profile { get; init; }
    }
}
