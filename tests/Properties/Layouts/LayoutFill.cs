using Testbed.Collector;
using Testbed.Properties.Generation;

namespace Testbed.Properties.Layouts;

/// <summary>Decides what each word of a generated type or frame holds, and so what must live: by the layout alone.</summary>
internal static class LayoutFill
{
    private const int WordBytes = 8;

    /// <summary>The words of an array of the type, or of an object that ends in its buffer.</summary>
    internal static Word[] Object(LayoutCase layout)
    {
        var random = new Randomness(layout.FillSeed);
        int buffered = layout.Buffer is { } tail ? layout.Elements * tail.ElementSize / WordBytes : 0;
        var words = new Word[layout.Buffer is null ? layout.Words * layout.Elements : layout.Words + buffered];
        for (int element = 0; element < (layout.Buffer is null ? layout.Elements : 1); element++)
        {
            Fill(layout.Fields, element * layout.Words, words, layout.Elements, random);
        }

        return words;
    }

    /// <summary>The slots of a frame.</summary>
    internal static Word[] Frame(LayoutCase layout)
    {
        var random = new Randomness(layout.FillSeed + 1);
        FrameShape frame = layout.Frame;
        var words = new List<Word>();
        Add(frame.LocalMap, frame.Locals, areLocals: true);
        Add(frame.ArgumentMap, frame.Arguments, areLocals: false);
        words.AddRange(Enumerable.Repeat(Word.Hidden, frame.Scratch));
        return layout.StackScan == StackScan.Frames
            ? [.. words]
            : [.. words.Select(word => word == Word.Hidden ? Word.Kept : word)];

        void Add(IReadOnlyList<SlotKind>? map, int unmapped, bool areLocals)
        {
            words.AddRange(Enumerable.Repeat(Word.Kept, unmapped));
            for (int i = 0; map is not null && i < map.Count; i++)
            {
                switch (map[i])
                {
                    case SlotKind.Pointer:
                        words.Add(Word.Kept);
                        break;
                    case SlotKind.NoPointer:
                        words.Add(Word.Hidden);
                        break;
                    default:
                        (Word first, Word data) = DrawInterface(map[i] == SlotKind.Iface, random);

                        // The data of an argument counts as a pointer whatever its type.
                        words.AddRange([first, areLocals || first == Word.Zero ? data : Word.Kept]);
                        i++;
                        break;
                }
            }
        }
    }

    private static void Fill(IReadOnlyList<TypeField> fields, int start, Word[] words, int elements, Randomness random)
    {
        foreach (TypeField field in fields)
        {
            int at = start + (field.Offset / WordBytes);
            switch (field)
            {
                case TypeField.Pointer or TypeField.Text:
                    words[at] = Word.Kept;
                    break;
                case TypeField.Slice:
                    bool isEmpty = random.Below(2) == 0;
                    words[at] = isEmpty ? Word.Hidden : Word.Kept;
                    words[at + 2] = isEmpty ? Word.Zero : Word.Hidden;
                    break;
                case TypeField.Eface or TypeField.Iface:
                    (words[at], words[at + 1]) = DrawInterface(field is TypeField.Iface, random);
                    break;
                case TypeField.Array array:
                    FillAll(array.Element, at, array.Count, array.ElementSize / WordBytes);
                    break;
                case TypeField.Region region:
                    Fill(region.Fields, at, words, elements, random);
                    break;
                case TypeField.Buffer buffer:
                    FillAll(buffer.Element, at, elements, buffer.ElementSize / WordBytes);
                    break;
            }
        }

        void FillAll(IReadOnlyList<TypeField> element, int first, int count, int size)
        {
            for (int i = 0; i < count; i++)
            {
                Fill(element, first + (i * size), words, elements, random);
            }
        }
    }

    private static (Word First, Word Data) DrawInterface(bool hasMethods, Randomness random)
        => random.Below(hasMethods ? 3u : 4u) switch
        {
            0 => (Word.Zero, Word.Hidden),
            1 => (hasMethods ? Word.TableOfPointer : Word.TypeOfPointer, Word.Kept),
            2 => (hasMethods ? Word.TableOfNumber : Word.TypeOfNumber, Word.Hidden),
            _ => (Word.TypeOfNumbers, Word.Kept),
        };
}
