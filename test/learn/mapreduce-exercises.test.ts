import { holdExercises } from "./hold-exercises.js";
import * as answers from "./mapreduce-answers.js";

holdExercises("3.4.1", answers);
