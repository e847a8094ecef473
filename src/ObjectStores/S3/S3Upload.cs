using Amazon.S3;
using Amazon.S3.Model;
using Slipway.Kernel;

namespace Slipway.ObjectStores.S3;

/// <summary>An object written in parts; it is there when the last part is, and gone without a trace when it fails.</summary>
internal sealed class S3Upload(IAmazonS3 client, string bucket, string name, S3ObjectStore store)
{
    public async Task<StoredObject> WriteAsync(Parts parts, ReadOnlyMemory<byte> first, WriteCondition condition, CancellationToken ct)
    {
        var begun = await store.RunAsync(
            name, attempt => client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = bucket, Key = name }, attempt), ct);
        try
        {
            return await WriteAsync(begun.UploadId, parts, first, condition, ct);
        }
        catch
        {
            // The parts cost money until they are given up; what fails here is left to the bucket's own clean-up.
            await store.RunAsync(
                name, attempt => client.AbortMultipartUploadAsync(bucket, name, begun.UploadId, attempt), CancellationToken.None)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<StoredObject> WriteAsync(
        string upload, Parts parts, ReadOnlyMemory<byte> first, WriteCondition condition, CancellationToken ct)
    {
        var done = new List<PartETag>();
        for (ReadOnlyMemory<byte>? next = first; next is { } bytes; next = await parts.NextAsync(ct))
            done.Add(await PutAsync(upload, done.Count + 1, bytes.ToArray(), ct));

        await CheckAsync(condition, ct);
        await store.RunAsync(
            name,
            attempt => client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = bucket,
                    Key = name,
                    UploadId = upload,
                    PartETags = done,
                    IfNoneMatch = condition.MustBeAbsent ? "*" : null,
                    IfMatch = condition.ETag,
                },
                attempt),
            ct);
        return await store.FindAsync(name, ct)
            ?? throw SlipwayException.Conflict($"'{name}' in {store.Description} was deleted as soon as it was written.");
    }

    private async Task<PartETag> PutAsync(string upload, int number, byte[] body, CancellationToken ct)
    {
        var answer = await store.RunAsync(
            name,
            attempt => client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = name,
                    UploadId = upload,
                    PartNumber = number,
                    PartSize = body.Length,
                    InputStream = new MemoryStream(body),
                    UseChunkEncoding = false,
                },
                attempt),
            ct);
        return new PartETag(number, answer.ETag);
    }

    // Servers other than Amazon's ignore the condition of a completion; asking first leaves only a short race.
    private async Task CheckAsync(WriteCondition condition, CancellationToken ct)
    {
        if (condition == WriteCondition.None)
            return;

        var there = await store.FindAsync(name, ct);
        if (condition.MustBeAbsent ? there is not null : there?.ETag != condition.ETag)
            throw SlipwayException.Conflict($"'{name}' in {store.Description} has been changed or written by somebody else: read it again.");
    }
}
