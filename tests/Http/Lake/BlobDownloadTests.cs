using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Client;
using Slipway.Data;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class BlobDownloadTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(20)]
    [InlineData(300_000)]
    public async Task A_content_is_sent_whole_or_in_part_by_its_digest(int size)
    {
        var bytes = Bytes(size);
        var blob = await server.Services.GetRequiredService<ContentStore>().PutBytesAsync(bytes, Ct);

        var (status, whole) = await GetAsync(server.Client, blob.Digest.ToString(), null);
        var (partial, part) = await GetAsync(server.Client, blob.Digest.ToString(), new RangeHeaderValue(size - 10, size - 6));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.PartialContent), (status, partial));
        Assert.Equal(bytes, whole);
        Assert.Equal(bytes[(size - 10)..(size - 5)], part);
    }

    [Fact]
    public async Task What_is_not_there_or_no_digest_is_refused()
    {
        var (none, _) = await GetAsync(server.Client, "sha256:" + new string('0', 64), null);
        var (wrong, sentence) = await GetAsync(server.Client, "md5:1", null);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (none, wrong));
        Assert.Contains("md5:1", Encoding.UTF8.GetString(sentence), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_is_filled_part_by_part_and_one_that_is_not_there_is_refused()
    {
        var bytes = Bytes(300_000);
        var blob = await server.Services.GetRequiredService<ContentStore>().PutBytesAsync(bytes, Ct);
        using var client = new SlipwayClient(server.Client.BaseAddress!);
        var parts = new[] { new byte[100], new byte[1000] };
        var told = new List<int>();

        await client.Content.ReadAsync(blob.Digest.ToString(), 1234, [.. parts.Select(part => part.AsMemory())], told.Add, Ct);
        var refusal = await Assert.ThrowsAsync<SlipwayApiException>(
            () => client.Content.ReadAsync("sha256:" + new string('0', 64), 0, [parts[0]], told.Add, Ct));

        Assert.Equal(bytes[1234..2334], parts.SelectMany(part => part));
        Assert.Equal([0, 1], told);
        Assert.Equal(HttpStatusCode.NotFound, refusal.Status);
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(HttpClient client, string digest, RangeHeaderValue? range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/content/blobs/{digest}");
        request.Headers.Range = range;
        using var answer = await client.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(Ct));
    }
}
