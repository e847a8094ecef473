using System.Collections.Immutable;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Reads the inputs and outputs that a session declares.</summary>
internal static unsafe class FieldReader
{
    public static ImmutableArray<OnnxField> Inputs(nint session)
    {
        nint count;
        OrtStatus.Check(OrtApi.SessionGetInputCount(session, &count));
        var fields = ImmutableArray.CreateBuilder<OnnxField>((int)count);
        for (nuint index = 0; index < (nuint)count; index++)
        {
            byte* name;
            nint type;
            OrtStatus.Check(OrtApi.SessionGetInputName(session, index, OnnxEngine.Allocator, &name));
            OrtStatus.Check(OrtApi.SessionGetInputTypeInfo(session, index, &type));
            fields.Add(Read(MetadataReader.Take(name), type));
        }

        return fields.MoveToImmutable();
    }

    public static ImmutableArray<OnnxField> Outputs(nint session)
    {
        nint count;
        OrtStatus.Check(OrtApi.SessionGetOutputCount(session, &count));
        var fields = ImmutableArray.CreateBuilder<OnnxField>((int)count);
        for (nuint index = 0; index < (nuint)count; index++)
        {
            byte* name;
            nint type;
            OrtStatus.Check(OrtApi.SessionGetOutputName(session, index, OnnxEngine.Allocator, &name));
            OrtStatus.Check(OrtApi.SessionGetOutputTypeInfo(session, index, &type));
            fields.Add(Read(MetadataReader.Take(name), type));
        }

        return fields.MoveToImmutable();
    }

    private static OnnxField Read(string name, nint type)
    {
        try
        {
            int kind;
            OrtStatus.Check(OrtApi.GetOnnxTypeFromTypeInfo(type, &kind));
            return kind switch
            {
                OrtValues.Tensor => ReadTensor(name, type),
                OrtValues.Map => ReadMap(name, type),
                OrtValues.Sequence => ReadSequence(name, type),
                _ => new() { Name = name, Kind = OnnxKind.Other, ElementType = OnnxElementType.Undefined },
            };
        }
        finally
        {
            OrtApi.ReleaseTypeInfo(type);
        }
    }

    private static OnnxField ReadTensor(string name, nint type)
    {
        // The cast answers with a part of the type, which is not released on its own.
        nint tensor, rank;
        int element;
        OrtStatus.Check(OrtApi.CastTypeInfoToTensorInfo(type, &tensor));
        OrtStatus.Check(OrtApi.GetTensorElementType(tensor, &element));
        OrtStatus.Check(OrtApi.GetDimensionsCount(tensor, &rank));
        var dims = new long[rank];
        var names = new nint[rank];
        fixed (long* firstDim = dims)
        fixed (nint* firstName = names)
        {
            OrtStatus.Check(OrtApi.GetDimensions(tensor, firstDim, (nuint)rank));
            OrtStatus.Check(OrtApi.GetSymbolicDimensions(tensor, (byte**)firstName, (nuint)rank));
        }

        return new()
        {
            Name = name,
            Kind = OnnxKind.Tensor,
            ElementType = (OnnxElementType)element,
            Dims = [.. dims],
            DimNames = [.. names.Select(pointer => OrtApi.Text((byte*)pointer))],
        };
    }

    private static OnnxField ReadMap(string name, nint type)
    {
        nint map, values;
        int key;
        OrtStatus.Check(OrtApi.CastTypeInfoToMapTypeInfo(type, &map));
        OrtStatus.Check(OrtApi.GetMapKeyType(map, &key));
        OrtStatus.Check(OrtApi.GetMapValueType(map, &values));
        return Read(name, values) with
        {
            Kind = OnnxKind.Map,
            KeyType = (OnnxElementType)key,
            Dims = [],
            DimNames = [],
        };
    }

    private static OnnxField ReadSequence(string name, nint type)
    {
        nint sequence, elements;
        OrtStatus.Check(OrtApi.CastTypeInfoToSequenceTypeInfo(type, &sequence));
        OrtStatus.Check(OrtApi.GetSequenceElementType(sequence, &elements));
        var element = Read(name, elements);
        return element with
        {
            Kind = element.Kind == OnnxKind.Map ? OnnxKind.SequenceOfMaps : OnnxKind.Sequence,
            Dims = [],
            DimNames = [],
        };
    }
}
