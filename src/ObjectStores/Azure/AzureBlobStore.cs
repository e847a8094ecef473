using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using Slipway.Kernel;

namespace Slipway.ObjectStores.Azure;

/// <summary>
/// A container of Azure Blob Storage, or the file system of Data Lake Storage Gen2 by the same protocol. Own client,
/// because Azure.Storage.Blobs does not restore here: https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
/// </summary>
internal sealed class AzureBlobStore(AzureRequests requests, Retrying retrying) : IObjectStore
{
    public string Description => requests.Description;

    public async Task<Page<StoredObject>> ListAsync(string prefix, int limit, string? token, CancellationToken ct)
    {
        var query = $"restype=container&comp=list&maxresults={limit}&prefix={Uri.EscapeDataString(ObjectName.CheckPrefix(prefix))}"
            + (token is null ? "" : $"&marker={Uri.EscapeDataString(token)}");
        var listing = await retrying.RunAsync(
            async attempt =>
            {
                using var answer = await requests.SendAsync(HttpMethod.Get, null, query, null, null, attempt);
                await requests.CheckAsync(answer, null, attempt);
                return XDocument.Parse(await answer.Content.ReadAsStringAsync(attempt));
            },
            ct);
        var next = listing.Root!.Element("NextMarker")?.Value;
        return new Page<StoredObject>(
            [.. listing.Descendants("Blob").Where(IsFile).Select(Listed)], string.IsNullOrEmpty(next) ? null : next);
    }

    public Task<StoredObject?> FindAsync(string name, CancellationToken ct) => retrying.RunAsync(
        async attempt =>
        {
            using var answer = await requests.SendAsync(HttpMethod.Head, ObjectName.Check(name), "", null, null, attempt);
            if (answer.StatusCode == HttpStatusCode.NotFound && !requests.LacksContainer(answer))
                return null;
            await requests.CheckAsync(answer, name, attempt);
            return new StoredObject(
                name, answer.Content.Headers.ContentLength ?? 0, ETag(answer), answer.Content.Headers.LastModified ?? default);
        },
        ct);

    public async Task<Stream> OpenReadAsync(string name, long offset, long? length, string? etag, CancellationToken ct)
    {
        ObjectName.Check(name);
        return await RangedReads.OpenAsync(
            retrying, offset, length, etag,
            (from, count, match, attempt) => requests.SendAsync(
                HttpMethod.Get,
                name,
                "",
                request =>
                {
                    request.Headers.Add("x-ms-range", $"bytes={from}-{(count is { } bytes ? from + bytes - 1 : null)}");
                    if (match is not null)
                        request.Headers.TryAddWithoutValidation("If-Match", match);
                },
                null,
                attempt),
            (answer, attempt) => requests.CheckAsync(answer, name, attempt),
            ct);
    }

    public async Task<StoredObject> WriteAsync(string name, Stream content, WriteCondition condition, CancellationToken ct)
    {
        ObjectName.Check(name);
        var parts = new Parts(content, retrying.Limits.PartBytes);
        var part = (await parts.NextAsync(ct))!.Value;
        if (parts.Ended)
            return await PutAsync(name, "", part, condition, blob: true, part.Length, ct);

        // The blocks of one writer are its own; what is never named by a list disappears by itself after a week.
        var ids = new List<string>();
        var writer = Path.GetRandomFileName()[..8];
        var size = 0L;
        for (ReadOnlyMemory<byte>? next = part; next is { } bytes; next = await parts.NextAsync(ct))
        {
            ids.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes($"{writer}-{ids.Count:d8}")));
            await PutAsync(name, $"comp=block&blockid={Uri.EscapeDataString(ids[^1])}", bytes, default, blob: false, 0, ct);
            size += bytes.Length;
        }

        var list = new XElement("BlockList", ids.Select(id => new XElement("Uncommitted", id)));
        return await PutAsync(name, "comp=blocklist", Encoding.UTF8.GetBytes(list.ToString()), condition, blob: false, size, ct);
    }

    public Task<bool> DeleteAsync(string name, CancellationToken ct) => retrying.RunAsync(
        async attempt =>
        {
            using var answer = await requests.SendAsync(HttpMethod.Delete, ObjectName.Check(name), "", null, null, attempt);
            if (answer.StatusCode == HttpStatusCode.NotFound && !requests.LacksContainer(answer))
                return false;
            await requests.CheckAsync(answer, name, attempt);
            return true;
        },
        ct);

    private Task<StoredObject> PutAsync(
        string name, string query, ReadOnlyMemory<byte> body, WriteCondition condition, bool blob, long size, CancellationToken ct) =>
        retrying.RunAsync(
            async attempt =>
            {
                using var answer = await requests.SendAsync(HttpMethod.Put, name, query, request => Describe(request, condition, blob), body, attempt);
                await requests.CheckAsync(answer, name, attempt);
                return new StoredObject(
                    name, size, answer.Headers.ETag?.ToString() ?? "", answer.Content.Headers.LastModified ?? default);
            },
            ct);

    private static void Describe(HttpRequestMessage request, WriteCondition condition, bool blob)
    {
        if (blob)
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
        if (condition.MustBeAbsent)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        if (condition.ETag is { } etag)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
    }

    private static string ETag(HttpResponseMessage answer) => answer.Headers.ETag?.ToString() ?? "";

    // Data Lake Storage Gen2 lists its folders too.
    private static bool IsFile(XElement blob) => blob.Element("Properties")!.Element("ResourceType")?.Value != "directory";

    private static StoredObject Listed(XElement blob)
    {
        var properties = blob.Element("Properties")!;
        var name = blob.Element("Name")!;
        var etag = properties.Element("Etag")!.Value;
        return new StoredObject(
            (bool?)name.Attribute("Encoded") == true ? Uri.UnescapeDataString(name.Value) : name.Value,
            long.Parse(properties.Element("Content-Length")!.Value, CultureInfo.InvariantCulture),
            etag.StartsWith('"') ? etag : $"\"{etag}\"",
            DateTimeOffset.Parse(properties.Element("Last-Modified")!.Value, CultureInfo.InvariantCulture));
    }
}
