using System.Text;

namespace Slipway.Serving.Runtimes;

/// <summary>What a deployment's processes wrote lately: of those that write without end, the last megabyte.</summary>
internal sealed class DeploymentLog
{
    private const int Kept = 1024 * 1024;
    private const int TailLength = 600;

    private readonly Lock _gate = new();
    private readonly byte[] _ring = new byte[Kept];
    private long _written;

    /// <summary>Reads a process's output until it ends.</summary>
    public void Follow(Stream output) =>
        _ = Task.Factory.StartNew(() => Pump(output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (var value in bytes)
                _ring[_written++ % Kept] = value;
        }
    }

    /// <summary>All that is kept, oldest first.</summary>
    public string Read()
    {
        var at = 0L;
        return Encoding.UTF8.GetString(ReadSince(ref at));
    }

    /// <summary>What was written after this place and is still kept; the place is moved to the end.</summary>
    public byte[] ReadSince(ref long at)
    {
        lock (_gate)
        {
            var from = Math.Clamp(at, Math.Max(0, _written - Kept), _written);
            var news = new byte[_written - from];
            for (var i = 0; i < news.Length; i++)
                news[i] = _ring[(from + i) % Kept];
            at = _written;
            return news;
        }
    }

    /// <summary>The last lines, for a message.</summary>
    public string Tail()
    {
        var text = Read().TrimEnd();
        return text.Length == 0 ? "" : $"Its log ends: {(text.Length <= TailLength ? text : "…" + text[^TailLength..])}";
    }

    private void Pump(Stream output)
    {
        using (output)
        {
            var buffer = new byte[16 * 1024];
            for (int read; (read = output.Read(buffer)) > 0;)
                Write(buffer.AsSpan(0, read));
        }
    }
}
