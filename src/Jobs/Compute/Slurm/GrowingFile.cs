namespace Slipway.Jobs.Compute.Slurm;

/// <summary>Passes what is written to a file on to a log.</summary>
internal sealed class GrowingFile(string path, StepLog log)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _read;

    public void Read()
    {
        if (!File.Exists(path))
            return;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(_read, SeekOrigin.Begin);
        while (file.Read(_buffer) is var count and > 0)
        {
            log.WriteBytes(_buffer.AsSpan(0, count));
            _read += count;
        }
    }
}
