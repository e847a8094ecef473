using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Slipway.Kernel;

namespace Slipway.ObjectStores.S3;

/// <summary>A bucket of Amazon S3 or of a server that speaks its protocol.</summary>
internal sealed class S3ObjectStore(IAmazonS3 client, string bucket, string description, Retrying retrying) : IObjectStore
{
    public string Description => description;

    public async Task<Page<StoredObject>> ListAsync(string prefix, int limit, string? token, CancellationToken ct)
    {
        var answer = await RunAsync(
            null,
            attempt => client.ListObjectsV2Async(
                new ListObjectsV2Request
                {
                    BucketName = bucket,
                    Prefix = ObjectName.CheckPrefix(prefix),
                    MaxKeys = Math.Min(limit, 1000),
                    ContinuationToken = token,
                },
                attempt),
            ct);
        return new Page<StoredObject>(
            [.. (answer.S3Objects ?? []).Where(IsFile).Select(found => new StoredObject(found.Key, found.Size ?? 0, found.ETag, Utc(found.LastModified)))],
            answer.IsTruncated == true ? answer.NextContinuationToken : null);
    }

    public async Task<StoredObject?> FindAsync(string name, CancellationToken ct)
    {
        ObjectName.Check(name);
        try
        {
            var found = await RunAsync(name, attempt => client.GetObjectMetadataAsync(bucket, name, attempt), ct);
            return new StoredObject(name, found.ContentLength, found.ETag, Utc(found.LastModified));
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.NotFound)
        {
            // The answer to HEAD has no body that could tell a missing bucket from a missing object.
            await RunAsync(null, attempt => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, MaxKeys = 1 }, attempt), ct);
            return null;
        }
    }

    public async Task<Stream> OpenReadAsync(string name, long offset, long? length, string? etag, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ObjectName.Check(name);
        if (length == 0)
            return Stream.Null;

        GetObjectResponse first;
        try
        {
            first = await RunAsync(name, attempt => GetAsync(name, offset, length, etag, attempt), ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.InvalidParameter && offset == 0)
        {
            return Stream.Null;
        }

        return new ResumingStream(
            first.ResponseStream,
            offset,
            first.ContentLength,
            async (from, count, token) =>
                (await TranslateAsync(name, attempt => GetAsync(name, from, count, first.ETag, attempt), token)).ResponseStream,
            retrying);
    }

    public async Task<StoredObject> WriteAsync(string name, Stream content, WriteCondition condition, CancellationToken ct)
    {
        ObjectName.Check(name);
        var parts = new Parts(content, retrying.Limits.PartBytes);
        var part = (await parts.NextAsync(ct))!.Value;
        if (!parts.Ended)
            return await new S3Upload(client, bucket, name, this).WriteAsync(parts, part, condition, ct);

        var answer = await RunAsync(
            name,
            attempt => client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = bucket,
                    Key = name,
                    InputStream = new MemoryStream(part.ToArray()),
                    UseChunkEncoding = false,
                    IfNoneMatch = condition.MustBeAbsent ? "*" : null,
                    IfMatch = condition.ETag?.Trim('"'), // Ceph compares the bare text; Amazon takes both
                },
                attempt),
            ct);
        return new StoredObject(name, part.Length, answer.ETag, default);
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken ct)
    {
        // S3 deletes what is not there without a word.
        if (await FindAsync(name, ct) is null)
            return false;

        await RunAsync(name, attempt => client.DeleteObjectAsync(bucket, name, attempt), ct);
        return true;
    }

    internal Task<T> RunAsync<T>(string? name, Func<CancellationToken, Task<T>> attempt, CancellationToken ct) =>
        retrying.RunAsync(token => TranslateAsync(name, attempt, token), ct);

    private Task<GetObjectResponse> GetAsync(string name, long offset, long? length, string? etag, CancellationToken ct) =>
        client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = bucket,
                Key = name,
                ByteRange = offset == 0 && length is null
                    ? null
                    : new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-{(length is { } count ? offset + count - 1 : null)}")),
                EtagToMatch = etag,
            },
            ct);

    private async Task<T> TranslateAsync<T>(string? name, Func<CancellationToken, Task<T>> attempt, CancellationToken ct)
    {
        try
        {
            return await attempt(ct);
        }
        catch (AmazonServiceException exception) when (Retrying.MayPass(exception.StatusCode) || exception.StatusCode == 0)
        {
            throw new PassingFailure(
                exception.StatusCode == 0 ? exception.InnerException?.Message ?? exception.Message : $"it answers {Reason(exception)}", exception);
        }
        catch (AmazonServiceException exception)
        {
            throw Refusal(name, exception);
        }
        catch (AmazonClientException exception)
        {
            throw new SlipwayException(
                ErrorCode.PermissionDenied, $"No credentials for {Description}: {exception.Message.TrimEnd('.')}. Give an access key and its secret.", exception);
        }
    }

    private SlipwayException Refusal(string? name, AmazonServiceException exception) => exception.StatusCode switch
    {
        HttpStatusCode.NotFound when name is null || exception.ErrorCode == "NoSuchBucket" => new SlipwayException(
            ErrorCode.NotFound, $"{Retrying.Capital(Description)} does not exist: create it, or correct its name."),
        HttpStatusCode.NotFound => SlipwayException.NotFound($"In {Description}, object", name!),
        HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict => SlipwayException.Conflict(
            $"'{name}' in {Description} has been changed or written by somebody else ({Reason(exception)}): read it again."),
        HttpStatusCode.RequestedRangeNotSatisfiable => SlipwayException.Invalid($"'{name}' in {Description} ends before the bytes asked for."),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SlipwayException(
            ErrorCode.PermissionDenied,
            $"{Retrying.Capital(Description)} refuses the credentials ({Reason(exception)}): check the access key, its secret and its rights."),
        _ => new SlipwayException(ErrorCode.Unavailable, $"{Retrying.Capital(Description)} refuses the request: {Reason(exception)}.", exception),
    };

    private static string Reason(AmazonServiceException exception) => $"{(int)exception.StatusCode} {exception.ErrorCode}".TrimEnd();

    // Consoles make empty objects such as "folder/" for folders.
    private static bool IsFile(S3Object found) => !found.Key.EndsWith('/');

    private static DateTimeOffset Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : default;
}
