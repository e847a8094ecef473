using System.Text;

namespace Slipway.Jobs.Compute;

/// <summary>
/// The log of a running step, on local disk. It takes text and raw bytes from several threads, tells followers when it
/// grew, and never takes more disk than its limit: of a step that floods it, the beginning and the last lines stay.
/// </summary>
internal sealed class StepLog : TextWriter
{
    private const int TailBytes = 64 * 1024;
    private const int EndBytes = 16 * 1024;
    private readonly Lock _gate = new();
    private FileStream? _file;
    private readonly long _headLimit;
    private readonly byte[] _tail = new byte[TailBytes];
    private long _length;
    private long _dropped;
    private int _tailAt;
    private bool _closed;
    private bool _broken;
    private TaskCompletionSource _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StepLog(string path, long limit)
    {
        Path = path;
        _headLimit = Math.Max(0, limit - TailBytes);
    }

    public string Path { get; }

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Bytes in the file.</summary>
    public long Length => Interlocked.Read(ref _length);

    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Completes at the next growth or at the end; ask for it before reading.</summary>
    public Task Grew
    {
        get
        {
            lock (_gate)
                return _closed ? Task.CompletedTask : _grew.Task;
        }
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(buffer.Length)];
        WriteBytes(bytes.AsSpan(0, Encoding.UTF8.GetBytes(buffer, bytes)));
    }

    // One write for a line: lines of several threads must not mix.
    public override void WriteLine(string? value) => Write($"{value}\n".AsSpan());

    public override void WriteLine() => Write('\n');

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            // A process that outlives its step may still write; nobody waits for that.
            if (_closed || bytes.IsEmpty)
                return;

            var head = (int)Math.Clamp(_headLimit - _length, 0, bytes.Length);
            Append(bytes[..head]);
            KeepTail(bytes[head..]);
        }
    }

    /// <summary>The lines at the end that are not blank; some KiB of them.</summary>
    public IReadOnlyList<string> LastLines()
    {
        lock (_gate)
        {
            var bytes = _dropped > 0 ? OrderedTail() : _length > 0 ? ReadEnd() : [];
            return [.. Encoding.UTF8.GetString(bytes).Split('\n').Where(line => !string.IsNullOrWhiteSpace(line))];
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (_dropped > 0)
                WriteTail();
            _closed = true;
            _file?.Dispose();
            _grew.TrySetResult();
        }

        base.Dispose(disposing);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || _broken)
            return;

        try
        {
            // Most steps say nothing; they need no file.
            _file ??= new FileStream(
                Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _file.Write(bytes);
        }
        catch (IOException)
        {
            // The disk is full: the log ends here. Its step goes on, and is not held up by a pipe that nobody empties.
            _broken = true;
            return;
        }

        Interlocked.Add(ref _length, bytes.Length);
        var grew = _grew;
        _grew = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        grew.SetResult();
    }

    private void KeepTail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (_dropped == 0)
            Append("\n[The log is full; from here on only its end is kept.]\n"u8);
        _dropped += bytes.Length;
        var part = bytes.Length > TailBytes ? bytes[^TailBytes..] : bytes;
        var first = Math.Min(part.Length, TailBytes - _tailAt);
        part[..first].CopyTo(_tail.AsSpan(_tailAt));
        part[first..].CopyTo(_tail);
        _tailAt = (_tailAt + part.Length) % TailBytes;
    }

    private void WriteTail()
    {
        var tail = OrderedTail();
        Append(Encoding.UTF8.GetBytes($"[{_dropped - tail.Length} bytes left out]\n"));
        Append(tail);
    }

    private byte[] OrderedTail() => _dropped < TailBytes
        ? _tail[..(int)_dropped]
        : [.. _tail[_tailAt..], .. _tail[.._tailAt]];

    private byte[] ReadEnd()
    {
        using var reader = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        reader.Seek(-Math.Min(reader.Length, EndBytes), SeekOrigin.End);
        var bytes = new byte[reader.Length - reader.Position];
        reader.ReadExactly(bytes);
        return bytes;
    }
}
