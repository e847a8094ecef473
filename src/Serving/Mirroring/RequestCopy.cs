using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Mirroring;

/// <summary>The inputs of a request, taken out of its slot before the next request has it; used again and again.</summary>
internal sealed class RequestCopy
{
    private TensorPlan[] _plans = [];
    private byte[][] _bytes = [];
    private TextCapture[] _texts = [];

    public int Rows { get; private set; }

    public string Id { get; private set; } = "";

    public DateTimeOffset EventTime { get; private set; }

    public void Take(ScoringSlot slot, string id, DateTimeOffset eventTime)
    {
        (Rows, Id, EventTime) = (slot.Rows, id, eventTime);
        if (_plans != slot.Model.Inputs)
        {
            _plans = slot.Model.Inputs;
            _bytes = [.. _plans.Select(_ => Array.Empty<byte>())];
            _texts = [.. _plans.Select(_ => new TextCapture())];
        }

        for (var i = 0; i < _plans.Length; i++)
            Take(slot, i);
    }

    /// <summary>Fills the inputs of another model's slot by name; a refusal says which one does not fit.</summary>
    public void Fill(ScoringSlot slot)
    {
        if (Rows > slot.Model.LargeCapacity || (slot.Model.FixedRows is { } only && only != Rows))
            throw SlipwayException.Invalid($"The request has {Rows} rows, and the model takes {slot.Model.FixedRows ?? slot.Model.LargeCapacity}.");
        slot.Begin();
        slot.SetRows(Rows);
        (slot.RequestId, slot.EventTime) = (Id, EventTime);
        for (var i = 0; i < _plans.Length; i++)
        {
            if (Array.Find(slot.Model.Inputs, input => input.Name == _plans[i].Name) is { } wanted)
                Fill(slot, wanted, i);
        }

        slot.CheckComplete();
    }

    private void Take(ScoringSlot slot, int index)
    {
        _texts[index].Clear();
        if (slot.Texts[index] is { } texts)
        {
            for (var i = 0; i < texts.Count; i++)
                _texts[index].Add(texts[i]);
            return;
        }

        var size = Count(_plans[index]) * _plans[index].ElementSize;
        if (_bytes[index].Length < size)
            _bytes[index] = new byte[size];
        slot.Runner.Inputs[index].Bytes[..size].CopyTo(_bytes[index]);
    }

    private void Fill(ScoringSlot slot, TensorPlan wanted, int index)
    {
        var given = _plans[index];
        if (wanted.ElementType != given.ElementType || wanted.RowLength != given.RowLength || wanted.HasRows != given.HasRows)
            throw SlipwayException.Invalid($"The request has {given}, and the model takes {wanted}.");
        slot.Give(wanted);
        for (var i = 0; i < _texts[index].Count; i++)
            slot.SetText(wanted, i, _texts[index][i]);
        if (wanted.ElementSize > 0)
            _bytes[index].AsSpan(0, Count(given) * given.ElementSize).CopyTo(slot.Runner.Inputs[wanted.Index].Bytes);
    }

    private int Count(TensorPlan plan) => plan.HasRows ? Rows * plan.RowLength : plan.RowLength;
}
