using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Testbed.Explorer;

/// <summary>Where the fields of an unmanaged type lie, for names in reports.</summary>
internal sealed class TypeLayout
{
    private static readonly ConcurrentDictionary<Type, TypeLayout> s_layouts = new();

    private readonly List<Field> _fields = [];
    private readonly Type _type;

    private TypeLayout(Type type)
    {
        _type = type;
        Bytes = RuntimeHelpers.SizeOf(type.TypeHandle);
        if (!IsLeaf(type))
        {
            foreach (FieldInfo field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                _fields.Add(Describe(type, field));
            }
        }
    }

    /// <summary>The size of the type.</summary>
    internal int Bytes { get; }

    /// <summary>The layout of a type.</summary>
    internal static TypeLayout Of(Type type) => s_layouts.GetOrAdd(type, static key => new TypeLayout(key));

    /// <summary>The name and type of what lies at an offset.</summary>
    /// <param name="offset">In bytes from the start of the type.</param>
    /// <returns>The path begins with a dot or a bracket; it is empty if the type has no parts.</returns>
    internal (string Path, Type Type) At(long offset)
    {
        foreach (Field field in _fields)
        {
            long inside = offset - field.Offset;
            if (inside < 0 || inside >= (long)field.Element.Bytes * field.Count)
            {
                continue;
            }

            (string path, Type type) = field.Element.At(inside % field.Element.Bytes);
            string index = field.Count == 1
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"[{inside / field.Element.Bytes}]");
            return ($".{field.Name}{index}{path}", type);
        }

        return offset == 0 ? ("", _type) : (string.Create(CultureInfo.InvariantCulture, $"+{offset}"), _type);
    }

    private static bool IsLeaf(Type type)
        => type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer;

    private static Field Describe(Type type, FieldInfo field)
    {
        string name = field.Name;
        if (name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is > 1 and int end)
        {
            // The compiler's field behind a property.
            name = name[1..end];
        }

        int offset = OffsetOf(type, field);
        if (field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer)
        {
            return new Field(name, offset, Of(buffer.ElementType), buffer.Length);
        }

        int count = type.GetCustomAttribute<InlineArrayAttribute>()?.Length ?? 1;
        return new Field(name, offset, Of(field.FieldType), count);
    }

    /// <summary>Sets the one field of a boxed value to all ones and looks where they went.</summary>
    private static int OffsetOf(Type type, FieldInfo field)
    {
        object box = RuntimeHelpers.GetUninitializedObject(type);
        if (field.FieldType.IsPointer || field.FieldType.IsFunctionPointer)
        {
            field.SetValue(box, (nint)(-1));
        }
        else
        {
            object ones = RuntimeHelpers.GetUninitializedObject(field.FieldType);
            BytesOf(ones, RuntimeHelpers.SizeOf(field.FieldType.TypeHandle)).Fill(0xFF);
            field.SetValue(box, ones);
        }

        return Math.Max(0, BytesOf(box, RuntimeHelpers.SizeOf(type.TypeHandle)).IndexOfAnyExcept((byte)0));
    }

    private static Span<byte> BytesOf(object box, int bytes)
        => System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Unsafe.As<Box>(box).First, bytes);

    /// <summary>The shape of every boxed value.</summary>
    private sealed class Box
    {
        internal byte First;
    }

    private sealed record Field(string Name, int Offset, TypeLayout Element, int Count);
}
