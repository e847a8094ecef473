using System.Collections.Frozen;
using System.Text;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Reads what a session's model says about itself.</summary>
internal static unsafe class MetadataReader
{
    public static OnnxMetadata Read(nint session, OnnxHeader header)
    {
        nint metadata;
        OrtStatus.Check(OrtApi.SessionGetModelMetadata(session, &metadata));
        try
        {
            long version;
            OrtStatus.Check(OrtApi.ModelMetadataGetVersion(metadata, &version));
            return new()
            {
                Producer = Text(OrtApi.ModelMetadataGetProducerName, metadata),
                GraphName = Text(OrtApi.ModelMetadataGetGraphName, metadata),
                Domain = Text(OrtApi.ModelMetadataGetDomain, metadata),
                Description = Text(OrtApi.ModelMetadataGetDescription, metadata),
                Version = version,
                IrVersion = header.IrVersion,
                Opsets = header.Opsets,
                Custom = Custom(metadata),
            };
        }
        finally
        {
            OrtApi.ReleaseModelMetadata(metadata);
        }
    }

    /// <summary>The text, whose memory goes back to the engine.</summary>
    public static string Take(byte* text)
    {
        var result = OrtApi.Text(text);
        Free(text);
        return result;
    }

    private static string Text(delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> function, nint metadata)
    {
        byte* text;
        OrtStatus.Check(function(metadata, OnnxEngine.Allocator, &text));
        return Take(text);
    }

    private static FrozenDictionary<string, string> Custom(nint metadata)
    {
        byte** keys;
        long count;
        OrtStatus.Check(OrtApi.ModelMetadataGetKeys(metadata, OnnxEngine.Allocator, &keys, &count));
        var custom = new Dictionary<string, string>();
        for (var index = 0; index < count; index++)
        {
            var key = Take(keys[index]);
            fixed (byte* name = Encoding.UTF8.GetBytes(key + '\0'))
            {
                byte* value;
                OrtStatus.Check(OrtApi.ModelMetadataLookup(metadata, OnnxEngine.Allocator, name, &value));
                custom[key] = Take(value);
            }
        }

        Free(keys);
        return custom.ToFrozenDictionary();
    }

    private static void Free(void* memory)
    {
        if (memory != null)
            OrtStatus.Check(OrtApi.AllocatorFree(OnnxEngine.Allocator, memory));
    }
}
