using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Threading.Tasks.Sources;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>One request to a worker and its answer, in memory that the next one uses again; worker.py says what frames are.</summary>
/// <param name="release">What is done with it when whoever read the answer is done; null: it stays with its owner.</param>
internal sealed class WorkerCall(Action<WorkerCall>? release = null) : IValueTaskSource, IDisposable
{
    /// <summary>Bytes that say how long an answer is, and how it went.</summary>
    public const int AnswerStart = 12;

    /// <summary>In place of a number of rows: the body is the script's own to read.</summary>
    public const int NoRows = -1;
    private const int RequestStart = 20;
    private const int UntilAt = 12;
    private const int Failed = -1;
    private const int NotBegun = -2;
    private const int CopiedAtMost = 32 * 1024;
    private const int KeptAtMost = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _frame = new(1024);
    private ManualResetValueTaskSourceCore<bool> _answered;
    private byte[] _answer = new byte[1024];
    private int _headLength;
    private int _bodyLength;

    /// <summary>Its place among those that wait for a worker.</summary>
    public LinkedListNode<WorkerCall> Place => field ??= new LinkedListNode<WorkerCall>(this);

    /// <summary>When it was asked.</summary>
    public long Asked { get; set; }

    /// <summary>After this time of the system's steady clock, in nanoseconds, a worker must not begin with it.</summary>
    public long Until { get; private set; }

    public ReadOnlyMemory<byte> Frame => _frame.WrittenMemory;

    /// <summary>What of the body is sent after the frame.</summary>
    public ReadOnlyMemory<byte> Apart { get; private set; }

    public int Status { get; private set; }

    /// <summary>Whether the worker came to it too late, and so did nothing with it.</summary>
    public bool IsNotBegun => Status == NotBegun;

    public ReadOnlySpan<byte> Head => _answer.AsSpan(0, _headLength);

    public ReadOnlyMemory<byte> Body => _answer.AsMemory(_headLength, _bodyLength);

    /// <summary>Begins a request; its body is written next.</summary>
    public ArrayBufferWriter<byte> Begin(ReadOnlySpan<byte> head)
    {
        _frame.ResetWrittenCount();
        _frame.GetSpan(RequestStart);
        _frame.Advance(RequestStart);
        _frame.Write(head);
        _headLength = head.Length;
        Apart = default;
        return _frame;
    }

    /// <summary>A whole request.</summary>
    public void Write(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> body)
    {
        var frame = Begin(head);
        if (body.Length <= CopiedAtMost)
            frame.Write(body.Span);
        else
            Apart = body;
        End(NoRows);
    }

    public void End(int rows)
    {
        var start = Start;
        BinaryPrimitives.WriteInt32LittleEndian(start, _headLength);
        BinaryPrimitives.WriteInt32LittleEndian(start[4..], _frame.WrittenCount - RequestStart - _headLength + Apart.Length);
        BinaryPrimitives.WriteInt32LittleEndian(start[8..], rows);
        BeginUntil(long.MaxValue);
        _answered.Reset();
    }

    public void BeginUntil(long time) => BinaryPrimitives.WriteInt64LittleEndian(Start[UntilAt..], Until = time);

    /// <summary>Makes room for the answer, of which the bytes are written into what is returned.</summary>
    public Memory<byte> Take(int status, int headLength, int bodyLength)
    {
        (Status, _headLength, _bodyLength) = (status, headLength, bodyLength);
        if (_answer.Length < headLength + bodyLength)
            _answer = new byte[Math.Max(headLength + bodyLength, _answer.Length * 2)];
        return _answer.AsMemory(0, headLength + bodyLength);
    }

    /// <summary>Done when it is answered; EngineFailed when the model failed on it.</summary>
    public ValueTask WaitAsync() => new(this, _answered.Version);

    /// <summary>Whoever waits goes on here and now.</summary>
    public void Complete() => _answered.SetResult(true);

    public void Fail(Exception why) => _answered.SetException(why);

    public void CheckAnswer(string what)
    {
        if (Status == Failed)
            throw new SlipwayException(ErrorCode.EngineFailed, $"{what}: {Encoding.UTF8.GetString(Head)}");
    }

    public void Dispose()
    {
        if (_answer.Length > KeptAtMost)
            _answer = new byte[1024];
        Apart = default;
        release?.Invoke(this);
    }

    void IValueTaskSource.GetResult(short token) => _answered.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _answered.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answered.OnCompleted(continuation, state, token, flags);

    private Span<byte> Start => System.Runtime.InteropServices.MemoryMarshal.AsMemory(_frame.WrittenMemory).Span;
}
